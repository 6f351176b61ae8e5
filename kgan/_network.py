"""Whether servers answer, found out within seconds."""

import urllib.error
import urllib.request


def unreachable(url: str, seconds: float = 3.0) -> str | None:
    """Return why a server does not answer, or None if it does.

    Args:
        url: any address of the server.
        seconds: how long to wait.
    """
    try:
        urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=seconds).close()
    except urllib.error.HTTPError:
        return None  # an answer, whatever it says
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    return None
