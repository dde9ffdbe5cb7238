#!/usr/bin/env python3
"""Measures training steps in PyTorch, as a peer of `Benchmarks`, and writes the medians as JSON.

    training_steps.py --vit-b FILE --litemedsam FILE --reference FOLDER [--threads 2] [--runs 5] [--json OUT]

adapter step: SAM-Med2D ViT-B, 5 masks with a box each per image: encoder forward, decoder, 20 · focal + dice + IoU at
256 px, backward into adapters, prompt encoder and decoder, Adam; in fp32 and with bf16 autocast (weights stay fp32).
decoder step: 8 boxes on an embedding that is given, loss at 256 px, backward into the mask decoder, AdamW; fp32.
Each case runs in a process of its own, after two steps that are not counted. Busy cores (processor over wall-clock time)
below the number of threads say that the machine was not quiet or that PyTorch does not use them.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

import torch

import networks
import tensors
from check_networks import trainable

MASKS_PER_IMAGE, BOXES = 5, 8
CASES = {
    "adapterStep/fp32": {"batch": 2, "precision": "fp32"},
    "adapterStep/bf16": {"batch": 2, "precision": "bf16"},
    "adapterStep/fp32-batch1": {"batch": 1, "precision": "fp32"},
    "adapterStep/bf16-batch1": {"batch": 1, "precision": "bf16"},
    "decoderStep/sam-med2d": {"model": "sam-med2d"},
    "decoderStep/litemedsam": {"model": "litemedsam"},
}


def ellipses(count):
    """Boxes [n,4] and the ellipses within them [n,1,256,256], the same every time."""
    rows, columns = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    boxes, labels = [], []
    for index in range(count):
        x, y, a, b = 60 + 14 * index, 190 - 12 * index, 20 + 3 * index, 34 - 2 * index
        boxes.append([x - a, y - b, x + a, y + b])
        labels.append((((columns - x) / a) ** 2 + ((rows - y) / b) ** 2 < 1).float()[None])
    return torch.tensor(boxes, dtype=torch.float32), torch.stack(labels)


def adapter_step(options, batch, precision):
    """A function that makes one step, for `batch` images."""
    network = networks.Network(networks.VIT_B)
    network.load_state_dict(tensors.read(options.vit_b), assign=True)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(trainable(name))
    optimiser = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], lr=1e-4)
    images = torch.randn(batch, 3, 256, 256, generator=torch.Generator().manual_seed(1))
    boxes, labels = ellipses(batch * MASKS_PER_IMAGE)

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            embedding = network.image_encoder(images).repeat_interleave(MASKS_PER_IMAGE, 0)
            masks, ious = networks.best_of_three(*network.decode(embedding, boxes=boxes))
        logits = torch.nn.functional.interpolate(masks.float(), scale_factor=4, mode="bilinear", align_corners=False)
        loss, _ = networks.focal_dice_iou(logits, labels, ious.float())
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        return float(loss.detach())

    return step


def decoder_step(options, model):
    """A function that makes one step of the mask decoder on a given embedding."""
    boxes, labels = ellipses(BOXES)
    if model == "sam-med2d":
        network = networks.Network(networks.VIT_B, encoder=False)
        states = tensors.read(options.vit_b, lambda name: not name.startswith("image_encoder"))
        embedding = tensors.read(options.reference / "sam-med2d/golden/verify_vit_b_256.safetensors")["image_embedding"]
    else:
        network = networks.Network(networks.LITE_MED_SAM, encoder=False)
        published = torch.load(options.litemedsam, map_location="cpu", weights_only=True)
        states = {name: value for name, value in published.items() if not name.startswith("image_encoder")}
        embedding = tensors.read(options.reference / "litemedsam/golden/litemedsam_ct.safetensors")["embedding"][None]
    network.load_state_dict(states)
    network.prompt_encoder.requires_grad_(False)
    optimiser = torch.optim.AdamW(network.mask_decoder.parameters(), lr=5e-5, weight_decay=0.01)

    def step():
        masks, ious = network.decode(embedding, boxes=boxes)
        if model == "sam-med2d":
            masks, ious = networks.best_of_three(masks, ious)
            logits = torch.nn.functional.interpolate(masks, scale_factor=4, mode="bilinear", align_corners=False)
            loss, _ = networks.focal_dice_iou(logits, labels, ious)
        else:
            loss = networks.dice_bce_iou(masks[:, :1], labels, ious[:, :1])
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        return float(loss.detach())

    return step


def measure(options, case):
    """Medians of one case, measured in this process."""
    torch.set_num_threads(options.threads)
    what = CASES[case]
    step = adapter_step(options, **what) if "batch" in what else decoder_step(options, **what)
    losses, walls, processors = [step(), step()], [], []
    for _ in range(options.runs):
        wall, processor = time.perf_counter(), time.process_time()
        losses.append(step())
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    assert losses[-1] < losses[0], f"the loss did not fall: {losses}"
    suffix, images = ("PerImage", what["batch"]) if "batch" in what else ("", 1)
    return {
        "seconds" + suffix: statistics.median(walls) / images,
        "processorSeconds" + suffix: statistics.median(processors) / images,
        "fastestSeconds" + suffix: min(walls) / images,
        "peakMemoryMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vit-b", "litemedsam", "reference"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="only the cases whose name has this word")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measure(options, options.case)))
        return

    training = {}
    print(f"PyTorch {torch.__version__}, {options.threads} threads, median of {options.runs}, "
          f"load {os.getloadavg()[0]:.1f} at the start")
    for case in (case for case in CASES if options.only in case):
        done = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--case", case], stdout=subprocess.PIPE, text=True,
                              check=True)
        result = json.loads(done.stdout.splitlines()[-1])
        part, name = case.split("/")
        training.setdefault(part, {})[name] = result
        wall, processor, fastest, memory = result.values()
        print(f"{case:26} {wall:7.3f} s ({fastest:.3f} fastest)  {processor / wall:4.2f} cores busy  {memory:6.0f} MB",
              flush=True)
    if options.json:
        options.json.write_text(json.dumps({"pytorch": torch.__version__, "threads": options.threads,
                                            "training": training}, indent=1))


if __name__ == "__main__":
    main()
