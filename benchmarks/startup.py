"""How much `import kgan` and the command line cost before any work is done, without TensorFlow.

    python benchmarks/startup.py --out benchmarks/results/startup.json

Each command runs several times in a process of its own. The table shows medians: CPU seconds (user and system), seconds
on the clock, and peak memory. The line below it is what `python -X importtime` reports.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMMANDS = {
    "python (nothing)": ["-c", "pass"],
    "import kgan": ["-c", "import kgan"],
    "kgan --version": ["-m", "kgan", "--version"],
    "kgan --help": ["-m", "kgan", "--help"],
    "kgan train --help": ["-m", "kgan", "train", "--help"],
    "kgan --show-completion": ["-m", "kgan", "--show-completion", "bash"],
    "completion of a word (bash)": ["-m", "kgan"],
    "import keras (for comparison)": ["-c", "import keras"],
}
COMPLETION = {"_KGAN_COMPLETE": "complete_bash", "COMP_WORDS": "kgan tr", "COMP_CWORD": "1"}

# A small process starts each command, so that the peak memory of its only child is the command's.
MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, len(done.stderr), done.returncode]))
"""


def measured(arguments: list[str], environment: dict[str, str], folder: str) -> dict[str, float]:
    """Return CPU seconds, seconds and peak megabytes of one run."""
    started = time.perf_counter()
    command = [sys.executable, "-c", MEASURE, sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=folder)
    seconds = time.perf_counter() - started
    cpu, memory, errors, code = json.loads(done.stdout)
    return {"cpu_seconds": cpu, "seconds": seconds, "memory_mb": memory, "stderr_bytes": errors, "exit_status": code}


def import_time(environment: dict[str, str], folder: str) -> float:
    """Return the seconds that `python -X importtime` reports for `import kgan`."""
    command = [sys.executable, "-X", "importtime", "-c", "import kgan"]
    report = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=folder).stderr
    return int(re.findall(r"\|\s*(\d+) \| kgan$", report, re.MULTILINE)[-1]) / 1e6


def main() -> None:
    """Print the table and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7, help="runs of each command")
    parser.add_argument("--out", type=pathlib.Path, help="JSON file")
    options = parser.parse_args()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_CPP")}
    environment |= {"PYTHONPATH": str(ROOT), "SHELL": "/bin/bash"}
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in COMMANDS.items():
            extra = COMPLETION if name.startswith("completion") else {}
            runs = [measured(arguments, environment | extra, folder) for _ in range(options.runs + 1)][1:]
            rows[name] = {key: round(statistics.median(run[key] for run in runs), 4) for key in runs[0]}
        seconds = statistics.median(import_time(environment, folder) for _ in range(options.runs))
    print(f"{'command':32} {'CPU s':>7} {'clock s':>8} {'MB':>6} {'stderr':>7}")
    for name, row in rows.items():
        cpu, clock, memory, errors = (row[key] for key in ("cpu_seconds", "seconds", "memory_mb", "stderr_bytes"))
        print(f"{name:32} {cpu:7.2f} {clock:8.2f} {memory:6.0f} {errors:7.0f}")
    print(f"python -X importtime -c 'import kgan': {seconds:.3f} s")
    if options.out:
        machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        result = {"machine": machine, "runs": options.runs, "importtime_seconds": round(seconds, 4), "commands": rows}
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
