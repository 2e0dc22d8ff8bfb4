"""The compiled search: built from C on first use and kept; `load` answers None where there is no compiler."""

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("data") / "kernel.c"
FLAGS = ("-O3", "-std=c11", "-ffp-contract=off", "-fPIC", "-shared")


class Problem(ctypes.Structure):
    """One community as the C code wants it; mirrors `Problem` in kernel.c field by field."""

    _fields_ = [
        *((name, ctypes.c_int32) for name in ("n", "buildings", "compounds", "olds")),
        *(
            (name, ctypes.c_void_p)
            for name in (
                *("w", "building", "compound", "start", "to", "old_micro", "old_grid"),
                *("first", "piece", "x", "y", "length", "kind"),
            )
        ),
        *((name, ctypes.c_int32) for name in ("micro_lo", "micro_hi")),
        *((name, ctypes.c_int32) for name in ("grid_lo", "grid_hi")),
        *((name, ctypes.c_double) for name in ("micro_target", "grid_target")),
        *((name, ctypes.c_double) for name in ("micro_road", "micro_wall", "micro_size")),
        *((name, ctypes.c_double) for name in ("grid_distance", "grid_road", "grid_size", "compound_split")),
        *((name, ctypes.c_double) for name in ("micro_keep", "grid_keep")),
        *((name, ctypes.c_double) for name in ("micro_work", "grid_work", "joint_work")),
        *((name, ctypes.c_int32) for name in ("from_old", "reserved")),
        ("seed", ctypes.c_uint64),
    ]


class Answer(ctypes.Structure):
    """Where the C code writes; mirrors `Answer` in kernel.c."""

    _fields_ = [
        *((n, ctypes.c_void_p) for n in ("micro", "grid", "map_part", "micro_part", "grid_part", "flags")),
        *((n, ctypes.c_double) for n in ("micro_total", "grid_total", "work")),
    ]


def _home() -> Path:
    """A folder of the user's own for the compiled file."""
    wished = os.environ.get("WEIWANG_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return (Path(wished) if wished else Path.home() / ".cache") / "weiwang"


def _file_name() -> str:
    digest = hashlib.sha256(SOURCE.read_bytes() + " ".join((*FLAGS, platform.machine())).encode())
    return f"planning-{digest.hexdigest()[:16]}.so"


def _build(target: Path) -> None:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise OSError("no C compiler")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=target.parent, suffix=".so")
    os.close(handle)
    try:
        command = [compiler, *FLAGS, "-o", part, str(SOURCE), "-lm"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own source
        Path(part).replace(target)
    except subprocess.SubprocessError as error:
        raise OSError(f"the C compiler failed: {error}") from error
    finally:
        Path(part).unlink(missing_ok=True)


def _is_ours(path: Path) -> bool:
    """Never load code that somebody else could have put there."""
    return path.stat().st_uid in {os.getuid(), 0} and not path.stat().st_mode & 0o022


@cache
def load() -> ctypes.CDLL | None:
    """The compiled search, built on first use (about two seconds, once); None when it cannot be had.

    `WEIWANG_PLANNING=python` asks for the plain Python search.
    """
    if os.environ.get("WEIWANG_PLANNING") == "python":
        return None
    try:
        path = _home() / _file_name()
        if not path.exists():
            _build(path)
        if not _is_ours(path):
            return None
        library = ctypes.CDLL(str(path))
    except OSError:
        return None
    library.weiwang_plan.argtypes = [ctypes.POINTER(Problem), ctypes.POINTER(Answer)]
    library.weiwang_plan.restype = None
    return library
