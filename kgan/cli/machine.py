"""What the machine has, as the system says: processors, memory and graphics cards."""

import os
import pathlib
import shutil

NO_GPU = "No GPU found: the CPU computes ({cores})."
UNUSED_GPU = (
    "The machine has an NVIDIA GPU, but TensorFlow cannot use it: the CPU computes ({cores}). Install "
    "`tensorflow[and-cuda]`; `kgan doctor --debug` shows what TensorFlow says."
)


def device_line() -> str:
    """Return one line about what computes: the GPUs, or why there is none. It imports TensorFlow."""
    from kgan import backend

    names = backend.gpu_names()
    if names:
        return f"GPU: {', '.join(names)}"
    cores = f"{num_cores()} core{'s' if num_cores() != 1 else ''}"
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden in ("", "-1") and has_nvidia_driver():
        return f"The GPU is hidden by CUDA_VISIBLE_DEVICES={hidden}: the CPU computes ({cores})."
    return (UNUSED_GPU if has_nvidia_driver() else NO_GPU).format(cores=cores)


def has_nvidia_driver() -> bool:
    """Return whether the driver of an NVIDIA GPU runs here."""
    return pathlib.Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def num_cores() -> int:
    """Return the number of cores that this process may use: of its container, too."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _read("/sys/fs/cgroup/cpu.max").partition(" ")
    if quota.isdecimal() and period.strip().isdecimal():
        cores = min(cores, max(1, int(quota) // int(period)))
    return cores


def processor() -> str:
    """Return the name of the processor, or an empty string."""
    return next(iter(_values("/proc/cpuinfo", "model name")), "")


def vector_instructions() -> list[str]:
    """Return which of the instructions the processor has that make networks fast."""
    flags = set(next(iter(_values("/proc/cpuinfo", "flags")), "").split())
    return [name.upper() for name in ("avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16") if name in flags]


def memory() -> tuple[int, int] | None:
    """Return the bytes of memory in all, and those that are free, of the machine or its container; None if unknown."""
    kilobytes = {name: _values("/proc/meminfo", name) for name in ("MemTotal", "MemAvailable")}
    if not all(kilobytes.values()):
        return None
    total, free = (1024 * int(values[0].split()[0]) for values in kilobytes.values())
    limit, used = _read("/sys/fs/cgroup/memory.max").strip(), _read("/sys/fs/cgroup/memory.current").strip()
    if limit.isdecimal() and used.isdecimal():
        total, free = min(total, int(limit)), min(free, int(limit) - int(used))
    return total, free


def _values(path: str, name: str) -> list[str]:
    """Return what a file of the form `name: value` says."""
    pairs = (line.partition(":") for line in _read(path).splitlines())
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _read(path: str) -> str:
    try:
        return pathlib.Path(path).read_text()
    except OSError:
        return ""
