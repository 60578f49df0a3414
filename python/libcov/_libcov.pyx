# cython: language_level=3, auto_pickle=False, nonecheck=True
"""The extension module: what wraps the C library. See `libcov` for the names to use."""

from cpython.buffer cimport (PyBUF_FORMAT, PyBUF_SIMPLE, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release,
                             PyObject_CheckBuffer, PyObject_GetBuffer)
from cpython.bytes cimport PyBytes_AsString, PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_CheckSignals
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.errno cimport EINVAL, ENOMEM
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcpy, memset, strncpy
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from libcov._cov cimport *

import json
import threading
from collections.abc import Mapping
from numbers import Integral

from libcov import _crs, _errors, _inputs, _results

cdef extern from *:
    """
    #ifndef COV_HAS_IO
    #define COV_HAS_IO 1
    #endif
    """
    int COV_HAS_IO

__version__ = (<const char *>cov_version()).decode()
has_io = bool(COV_HAS_IO)

include "_watch.pxi"
include "_arrow.pxi"
include "_numbers.pxi"
include "_areas.pxi"
include "_job.pxi"
include "_report.pxi"
include "_tally.pxi"
