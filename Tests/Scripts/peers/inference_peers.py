#!/usr/bin/env python3
"""Measures how fast OpenVINO, onnxruntime and PyTorch run the networks that `preread bench` measures.

    inference_peers.py --vit-b FILE --litemedsam FILE --reference FOLDER --cache FOLDER [--threads 2] [--runs 7]
                       [--only WORD] [--json OUT]

The networks are those of networks.py and tiny_vit.py, exported to ONNX once and kept in the cache folder, and the exported
graph is compared with PyTorch before anything is measured. Each case runs in a process of its own: two calls that are not
counted, then the median of --runs calls. Busy cores are processor time over wall-clock time: fewer than threads say that
the machine was not quiet or that the program does not use them. The roofline is how fast PyTorch's oneDNN multiplies
matrices of the encoder's own shapes: the same run, the same threads, nothing but the products.

int8 is post-training quantisation by NNCF (transformer preset, SmoothQuant), calibrated on slices with structure; what is
not quantised runs in bf16.
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

import numpy

MODELS = ("sam-med2d", "litemedsam")
CASES = [f"{model}/{engine}" for model in MODELS for engine in (
    "openvino-fp32", "openvino-bf16", "openvino-int8", "onnxruntime-fp32", "pytorch-fp32", "pytorch-bf16")]
BOXES = (1, 10)
# multiplications and additions of the encoder in 1e9: as published, and without projecting the tokens of the padding
WORK = {"sam-med2d": (91.68, 69.02), "litemedsam": (74.95, 72.30)}
# rows, columns, length of sums, how often: what most of each encoder's arithmetic is
SHAPES = {
    "sam-med2d": [(256, 2304, 768, 12), (256, 768, 768, 12), (256, 3072, 768, 12), (256, 768, 3072, 12),
                  (64, 768, 6912, 12), (64, 12288, 768, 12)],
    "litemedsam": [(65536, 256, 64, 2), (65536, 64, 256, 2), (16384, 512, 128, 2), (16384, 128, 512, 2),
                   (16384, 384, 128, 2), (4096, 640, 160, 6), (4096, 160, 640, 6), (4096, 480, 160, 6),
                   (4096, 1280, 320, 2), (4096, 320, 1280, 2), (4096, 960, 320, 2), (4096, 256, 2304, 1)],
}


# ------------------------------------------------------------------------------------------------------------ networks

def slices(count):
    """Images [n,3,256,256] with structure, normalised, the same every time."""
    random = numpy.random.default_rng(7)
    y, x = numpy.mgrid[0:256, 0:256]
    images = []
    for _ in range(count):
        image = 0.1 * random.standard_normal((256, 256)) - 1
        for _ in range(12):
            cx, cy, a, b = *random.uniform(40, 216, 2), *random.uniform(8, 70, 2)
            image[((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 < 1] += random.uniform(-0.6, 1.2)
        images.append(numpy.stack([image] * 3))
    return numpy.stack(images).astype("f4")


def inputs(model):
    """Slices as the network takes them: LiteMedSAM's lie between 0 and 1."""
    images = slices(24)
    if model == "litemedsam":
        low, high = images.min((1, 2, 3), keepdims=True), images.max((1, 2, 3), keepdims=True)
        images = (images - low) / (high - low)
    return images


def boxes(count):
    offset = numpy.arange(count, dtype="f4")[:, None] * 6
    return numpy.array([[30, 40, 130, 150]], "f4") + offset


def modules(options, model):
    """The encoder and the decoder as PyTorch modules: image → embedding; embedding, boxes → logits, predicted IoUs."""
    import torch

    import networks
    import tensors
    import tiny_vit

    if model == "sam-med2d":
        network = networks.Network(networks.VIT_B)
        network.load_state_dict(tensors.read(options.vit_b), assign=True)
        encoder = network.image_encoder
    else:
        states = torch.load(options.litemedsam, map_location="cpu", weights_only=True)
        network = networks.Network(networks.LITE_MED_SAM, encoder=False)
        network.load_state_dict({name: value for name, value in states.items() if not name.startswith("image_encoder")})
        encoder = tiny_vit.load(states)

    class Decoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, embedding, boxes):
            return network.decode(embedding, boxes=boxes)

    return encoder.eval().requires_grad_(False), Decoder().eval().requires_grad_(False)


def export(options, model):
    """Writes the ONNX files that are not there yet; returns their paths by part."""
    paths = {"encoder": options.cache / f"{model}-encoder.onnx"}
    paths.update({f"decoder{count}": options.cache / f"{model}-decoder{count}.onnx" for count in BOXES})
    if all(path.exists() for path in paths.values()):
        return paths
    import torch

    encoder, decoder = modules(options, model)
    image = torch.from_numpy(inputs(model)[:1])
    embedding = encoder(image)
    examples = {"encoder": (encoder, (image,), ["image"], ["embedding"])}
    for count in BOXES:
        examples[f"decoder{count}"] = (decoder, (embedding, torch.from_numpy(boxes(count))), ["embedding", "boxes"],
                                       ["masks", "ious"])
    for part, (module, arguments, names, outputs) in examples.items():
        partial = paths[part].with_suffix(".part")
        torch.onnx.export(module, arguments, str(partial), input_names=names, output_names=outputs, opset_version=17,
                          dynamo=False)
        check_export(partial, dict(zip(names, arguments)), module(*arguments))
        partial.rename(paths[part])
    return paths


def check_export(path, arguments, expected):
    """Refuses a graph that does not compute what PyTorch does."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in arguments.items()})
    for ours, theirs in zip(found, expected if isinstance(expected, tuple) else (expected,)):
        theirs = theirs.numpy()
        error = float(numpy.abs(ours - theirs).max() / max(1.0, numpy.abs(theirs).max()))
        assert error < 1e-4, f"{path.name}: the exported graph is off by {error:.2g}"


def quantised(options, model, path):
    """The int8 encoder that NNCF makes, kept in the cache."""
    import openvino

    target = options.cache / f"{model}-encoder-int8.xml"
    if not target.exists():
        import nncf

        data = nncf.Dataset([image[None] for image in inputs(model)])
        graph = nncf.quantize(openvino.Core().read_model(path), data, model_type=nncf.ModelType.TRANSFORMER,
                              preset=nncf.QuantizationPreset.MIXED, subset_size=24)
        openvino.save_model(graph, target, compress_to_fp16=False)
    return target


# ------------------------------------------------------------------------------------------------------------- engines

def openvino_calls(options, model, precision):
    import openvino

    core = openvino.Core()
    hints = {"INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY",
             "INFERENCE_PRECISION_HINT": "f32" if precision == "fp32" else "bf16"}
    paths = export(options, model)
    if precision == "int8":
        paths["encoder"] = quantised(options, model, paths["encoder"])
    compiled = {part: core.compile_model(core.read_model(path), "CPU", hints) for part, path in paths.items()}
    requests = {part: graph.create_infer_request() for part, graph in compiled.items()}

    def call(part):
        return lambda *arguments: [value.copy() for value in requests[part].infer(list(arguments)).values()]

    return {part: call(part) for part in paths}


def onnxruntime_calls(options, model, _):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
    sessions = {part: onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
                for part, path in export(options, model).items()}

    def call(session):
        names = [value.name for value in session.get_inputs()]
        return lambda *arguments: session.run(None, dict(zip(names, arguments)))

    return {part: call(session) for part, session in sessions.items()}


def pytorch_calls(options, model, precision):
    import torch

    torch.set_num_threads(options.threads)
    encoder, decoder = modules(options, model)

    def call(module):
        def run(*arguments):
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
                found = module(*map(torch.from_numpy, arguments))
            return [value.float().numpy() for value in (found if isinstance(found, tuple) else (found,))]

        return run

    return {"encoder": call(encoder), **{f"decoder{count}": call(decoder) for count in BOXES}}


# ----------------------------------------------------------------------------------------------------------- measuring

def timed(options, body):
    """Milliseconds (median) and busy cores of calls, after two that are not counted."""
    body(), body()
    walls, processors = [], []
    for _ in range(options.runs):
        wall, processor = time.perf_counter(), time.process_time()
        body()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return 1000 * statistics.median(walls), sum(processors) / sum(walls)


def measure(options, case):
    model, engine = case.split("/")
    name, precision = engine.split("-")
    image = inputs(model)[:1]
    start = time.perf_counter()
    calls = {"openvino": openvino_calls, "onnxruntime": onnxruntime_calls,
             "pytorch": pytorch_calls}[name](options, model, precision)
    embedding = calls["encoder"](image)[0]
    started = time.perf_counter() - start
    encoder, busy = timed(options, lambda: calls["encoder"](image))
    decode = {str(count): timed(options, lambda: calls[f"decoder{count}"](embedding, boxes(count)))[0] for count in BOXES}
    exact = numpy.load(exact_embedding(options, model)).ravel().astype("f8")
    found = embedding.ravel().astype("f8")
    return {"model": model, "engine": name, "precision": precision, "threads": options.threads, "encoderMS": encoder,
            "encoderBusyCores": busy, "decodeMS": decode, "startSeconds": started,
            "embeddingCosine": float(found @ exact / numpy.sqrt((found @ found) * (exact @ exact))),
            "peakMemoryMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def exact_embedding(options, model):
    """The embedding of the first slice as onnxruntime computes it in fp32, kept in the cache."""
    path = options.cache / f"{model}-embedding.npy"
    if not path.exists():
        numpy.save(path, onnxruntime_calls(options, model, "fp32")["encoder"](inputs(model)[:1])[0])
    return path


def roofline(options, model):
    """GFLOP/s of the encoder's products alone, by precision; the best of several rounds over all shapes."""
    import torch

    torch.set_num_threads(options.threads)
    work = sum(2e-9 * m * n * k * times for m, n, k, times in SHAPES[model])
    rates = {}
    for precision, kind in (("fp32", torch.float32), ("bf16", torch.bfloat16), ("int8", torch.int8)):
        pairs = []
        for m, n, k, times in SHAPES[model]:
            if precision == "int8":
                left, right = (torch.randint(-99, 99, size, dtype=kind) for size in ((m, k), (k, n)))
            else:
                left, right = torch.randn(m, k).to(kind), torch.randn(n, k).to(kind).t()
            pairs.append((left, right, times))
        product = torch._int_mm if precision == "int8" else torch.mm
        best = float("inf")
        for _ in range(4):
            spent = 0.0
            for left, right, times in pairs:
                product(left, right)
                start = time.perf_counter()
                for _ in range(3):
                    product(left, right)
                spent += (time.perf_counter() - start) / 3 * times
            best = min(best, spent)
        rates[precision] = work / best
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vit-b", "litemedsam", "reference", "cache"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--only", default="", help="only the cases whose name has this word")
    parser.add_argument("--prepare", action="store_true", help="export and quantise what is not there yet, measure nothing")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    if options.case:
        kind, _, model = options.case.partition(":")
        print(json.dumps(roofline(options, model) if kind == "roofline" else measure(options, options.case)))
        return
    wanted = [case for case in CASES if options.only in case]
    if options.prepare:
        for model in MODELS:
            path = export(options, model)["encoder"]
            exact_embedding(options, model)
            if any("int8" in case and case.startswith(model) for case in wanted):
                quantised(options, model, path)
        return

    def child(case):
        done = subprocess.run([sys.executable, __file__, *sys.argv[1:], "--case", case], stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None

    peers, failed = [], []
    print(f"{options.threads} threads, median of {options.runs}, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    for case in wanted:
        result = child(case)
        if result is None:
            failed.append(case)
            print(f"{case:28} did not run", flush=True)
            continue
        peers.append(result)
        print(f"{case:28} encoder {result['encoderMS']:7.1f} ms ({result['encoderBusyCores']:.2f} cores busy), decoder "
              f"{result['decodeMS']['1']:6.1f} / {result['decodeMS']['10']:6.1f} ms, cosine {result['embeddingCosine']:.5f}",
              flush=True)
    rooflines = {model: child(f"roofline:{model}") for model in MODELS if any(case.startswith(model) for case in wanted)}
    if options.json:
        options.json.write_text(json.dumps({"peers": peers, "roofline": rooflines, "work": WORK, "failed": failed}, indent=1))
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
