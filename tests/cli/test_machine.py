"""What the machine has."""

import os

import pytest

from kgan import backend
from kgan.cli import machine

FILES = {
    "/proc/cpuinfo": "processor : 0\nmodel name : A processor\nflags : fpu avx avx2 fma\n\nprocessor : 1\n",
    "/proc/meminfo": "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n",
}


@pytest.fixture
def files(monkeypatch):
    """The files of a machine without a container."""
    contents = dict(FILES)
    monkeypatch.setattr(machine, "_read", lambda path: contents.get(path, ""))
    return contents


def test_processor(files):
    assert machine.processor() == "A processor"
    assert machine.vector_instructions() == ["AVX", "AVX2", "FMA"]


def test_memory_is_that_of_the_container(files):
    assert machine.memory() == (1000 * 1024, 400 * 1024)
    files.update({"/sys/fs/cgroup/memory.max": "500000\n", "/sys/fs/cgroup/memory.current": "200000\n"})
    assert machine.memory() == (500_000, 300_000)
    files["/sys/fs/cgroup/memory.max"] = "max\n"
    assert machine.memory() == (1000 * 1024, 400 * 1024)
    files.clear()
    assert machine.memory() is None
    assert (machine.processor(), machine.vector_instructions()) == ("", [])


@pytest.mark.parametrize(("quota", "cores"), [("", 8), ("max 100000", 8), ("250000 100000", 2), ("50000 100000", 1)])
def test_cores_are_those_of_the_container(files, monkeypatch, quota, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(8), raising=False)
    files["/sys/fs/cgroup/cpu.max"] = quota
    assert machine.num_cores() == cores


@pytest.mark.parametrize(
    ("names", "driver", "visible", "line"),
    [
        (["A", "B"], True, None, "GPU: A, B"),
        ([], False, None, "No GPU found: the CPU computes (1 core)."),
        ([], True, None, "The machine has an NVIDIA GPU, but TensorFlow cannot use it: the CPU computes (1 core). "),
        ([], True, "-1", "The GPU is hidden by CUDA_VISIBLE_DEVICES=-1: the CPU computes (1 core)."),
    ],
)
def test_one_line_says_what_computes(monkeypatch, names, driver, visible, line):
    monkeypatch.setattr(backend, "gpu_names", lambda: names)
    monkeypatch.setattr(machine, "has_nvidia_driver", lambda: driver)
    monkeypatch.setattr(machine, "num_cores", lambda: 1)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert machine.device_line().startswith(line)
