#!/usr/bin/env python3
"""Checks the peers' networks against the reference values: check_networks.py REFERENCE [--vit-b FILE] [--litemedsam FILE].

REFERENCE is the folder of reference data. The small model is always checked: encoder, eight kinds of prompt, and losses,
gradients and parameters after an Adam step of four kinds of training step. --vit-b names the full model's reproducible
weights, --litemedsam the published LiteMedSAM checkpoint. Status 1 when a value is off.
"""
import argparse
import pathlib
import sys

import torch

import networks
import tensors
import tiny_vit

WORST = []


def compare(what, ours, theirs, tolerance):
    error = float((ours.detach() - theirs).abs().max()) if theirs.numel() else 0.0
    WORST.append(error / tolerance)
    if error > tolerance:
        print(f"{what}: off by {error:.3g}, allowed {tolerance:.3g}")


def prompts_of(golden, case):
    names = {"boxes": "boxes", "points": "point_coords", "labels": "point_labels", "mask": "mask_input"}
    return {key: golden[f"{case}/{name}"] for key, name in names.items() if f"{case}/{name}" in golden}


def check_decoder(network, golden, tolerance):
    for case in sorted({name.split("/")[0] for name in golden if name.endswith("/masks4")}):
        with torch.no_grad():
            masks, ious = network.decode(golden["image_embedding"], **prompts_of(golden, case))
        compare(f"{case} masks", masks, golden[f"{case}/masks4"], tolerance)
        compare(f"{case} ious", ious, golden[f"{case}/iou4"], tolerance)


def trainable(name):
    """SAM-Med2D's first step: adapters, prompt encoder and decoder."""
    return not name.startswith("image_encoder") or ".Adapter." in name


def check_training_steps(folder):
    inputs, weights = tensors.read(folder / "tiny_train_inputs.safetensors"), tensors.read(folder / "tiny_weights.safetensors")
    points = {"points": inputs["point_coords"], "labels": inputs["point_labels"]}
    error_points = {"points": inputs["iter_point_coords"], "labels": inputs["iter_point_labels"]}
    mask = {"mask": inputs["iter_mask_input"]}
    cases = {"box_first": {"boxes": inputs["boxes"].reshape(-1, 4)}, "point_first": points,
             "iter_points_mask": {**error_points, **mask}, "iter_mask_only": mask}
    for case, prompts in cases.items():
        golden = tensors.read(folder / f"tiny_train_{case}.safetensors")
        network = networks.Network(networks.TINY)
        network.load_state_dict(weights)
        first = case.endswith("first")
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(trainable(name) if first else name.startswith("mask_decoder"))
        optimiser = torch.optim.Adam(network.parameters(), lr=1e-4)
        embedding = network.image_encoder(inputs["image"])
        repeated = embedding.repeat_interleave(len(inputs["labels"]) // len(embedding), 0)
        masks, ious = networks.best_of_three(*network.decode(repeated, **prompts))
        logits = torch.nn.functional.interpolate(masks, scale_factor=4, mode="bilinear", align_corners=False)
        loss, _ = networks.focal_dice_iou(logits, inputs["labels"], ious)
        loss.backward()
        optimiser.step()
        compare(f"{case} loss", loss, golden["out/loss"][0], 1e-5)
        parameters = dict(network.named_parameters())
        for key, value in golden.items():
            kind, _, name = key.partition("/")
            if kind == "grad":
                gradient = parameters[name].grad
                gradient = torch.zeros_like(value) if gradient is None else gradient
                # the bias of a key shifts all scores of a query alike: its gradient is nothing but rounding
                compare(f"{case} gradient of {name}", gradient, value, max(1e-4 * float(value.abs().max()), 2e-9))
            elif kind == "after_adam" and float(golden["grad/" + name].abs().max()) > 1e-7:
                # an entry whose gradient is all but zero moves by a sign that rounding decides
                steady = golden["grad/" + name].abs() > 1e-6
                compare(f"{case} step of {name}", parameters[name][steady], value[steady], 1e-6)


def check_tiny(folder):
    network = networks.Network(networks.TINY)
    network.load_state_dict(tensors.read(folder / "tiny_weights.safetensors"))
    network.requires_grad_(False)
    golden = tensors.read(folder / "tiny_encoder.safetensors")
    compare("tiny embedding", network.image_encoder(golden["input.image"]), golden["image_encoder"], 2e-5)


def check_vit_b(folder, path):
    network = networks.Network(networks.VIT_B)
    network.load_state_dict(tensors.read(path))
    network.requires_grad_(False)
    golden = tensors.read(folder / "verify_vit_b_256.safetensors")
    compare("ViT-B embedding", network.image_encoder(golden["input.image"]), golden["image_embedding"], 2e-5)
    check_decoder(network, golden, 1e-5)


def check_litemedsam(folder, path):
    network = networks.Network(networks.LITE_MED_SAM, encoder=False)
    states = torch.load(path, map_location="cpu", weights_only=True)
    network.load_state_dict({name: value for name, value in states.items() if not name.startswith("image_encoder")})
    network.requires_grad_(False)
    encoder = tiny_vit.load(states)
    for kind in ("ct", "synth"):
        golden = tensors.read(folder / f"litemedsam_{kind}.safetensors")
        image = golden["input_1ch"].float().expand(1, 3, -1, -1)
        compare(f"LiteMedSAM {kind} embedding", encoder(image)[0], golden["embedding"], 1e-5)
        masks, ious = network.decode(golden["embedding"][None], boxes=golden["boxes_256"])
        compare(f"LiteMedSAM {kind} logits", masks[:, 0], golden["dec/low_mask0"], 3e-4)
        compare(f"LiteMedSAM {kind} IoU", ious, golden["dec/iou"], 3e-6)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reference", type=pathlib.Path)
    parser.add_argument("--vit-b", type=pathlib.Path)
    parser.add_argument("--litemedsam", type=pathlib.Path)
    options = parser.parse_args()
    golden = options.reference / "sam-med2d/golden"
    check_tiny(golden)
    check_training_steps(golden)
    if options.vit_b:
        check_vit_b(golden, options.vit_b)
    if options.litemedsam:
        check_litemedsam(options.reference / "litemedsam/golden", options.litemedsam)
    off = sum(value > 1 for value in WORST)
    print(f"{len(WORST) - off} values agree, {off} are off; the worst used {max(WORST):.0%} of what is allowed")
    sys.exit(1 if off else 0)


if __name__ == "__main__":
    main()
