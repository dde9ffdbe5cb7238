"""Reads `.safetensors` files with numpy alone."""
import json
import struct

import numpy
import torch

TYPES = {"F32": "<f4", "F16": "<f2", "I32": "<i4", "I64": "<i8", "U8": "u1", "I16": "<i2"}


def read(path, names=None):
    """All tensors of a file by name, or those that `names` accepts."""
    data = numpy.memmap(path, dtype="u1", mode="r")
    length = struct.unpack("<Q", data[:8].tobytes())[0]
    header, body = json.loads(data[8 : 8 + length].tobytes()), data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or (names and not names(name)):
            continue
        start, end = entry["data_offsets"]
        values = numpy.frombuffer(body[start:end].tobytes(), TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors
