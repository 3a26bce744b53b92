"""The two parts written in C, compiled at first use into a folder that goes with this process."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench.servers import Missing

HERE = Path(__file__).resolve().parent


@functools.cache
def compiled(source: str, *flags: str) -> Path:
    """The compiled file of a source in this folder. Raises `Missing` where there is no C compiler."""
    if shutil.which("cc") is None:
        raise Missing("The benches need a C compiler: install gcc or clang, so that `cc` is on the PATH.")
    folder = tempfile.mkdtemp(prefix="holdfast-native-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    target = Path(folder) / Path(source).stem
    subprocess.run(["cc", "-O2", "-Wall", *flags, "-o", target, HERE / source], check=True)
    return target
