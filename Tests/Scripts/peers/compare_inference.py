#!/usr/bin/env python3
"""Prints how fast Preread and its peers answer, side by side: compare_inference.py PEERS.json PREREAD.json... [--json OUT]

PEERS.json is what inference_peers.py writes, each PREREAD.json what `preread bench --json` prints. For each model one line
an engine: encoder and decoder in ms, and how much faster Preread is in the same arithmetic. The last column is the part of
the roofline that the encoder reaches: the arithmetic of the network without the tokens of the padding, over the time, over
the rate at which the encoder's own products run alone in that arithmetic on this machine. Preread's int8 is shown beside
its own roofline; layers that stay in bf16 count as int8, so that figure is a lower bound.
"""
import argparse
import json
import pathlib

TARGETS = {("sam-med2d", "fp32"): (185, 1.3), ("sam-med2d", "bf16"): (95, 1.35), ("sam-med2d", "int8"): (60, 1.4),
           ("litemedsam", "bf16"): (125, None)}


def architecture(name):
    return "litemedsam" if "lite" in name else "sam-med2d"


def rows(peers, ours):
    for model in peers["roofline"]:
        for result in ours:
            if architecture(result["model"]) == model:
                yield {**result, "engine": "preread", "model": model}
        yield from (peer for peer in peers["peers"] if peer["model"] == model)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=pathlib.Path)
    parser.add_argument("preread", type=pathlib.Path, nargs="+")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    peers = json.loads(options.peers.read_text())
    table = list(rows(peers, [json.loads(path.read_text()) for path in options.preread]))
    own = {(row["model"], row["precision"]): row for row in table if row["engine"] == "preread"}
    print(f"{'model':11} {'engine':12} {'':5} {'encoder':>9} {'1 box':>9} {'10 boxes':>9} {'Preread is':>11} {'roofline':>9} "
          f"{'cosine':>8}")
    for row in table:
        model, precision = row["model"], row["precision"]
        mine = own.get((model, precision))
        row["timesFaster"] = row["encoderMS"] / mine["encoderMS"] if mine and row["engine"] != "preread" else None
        work, rate = peers["work"][model][1], peers["roofline"][model][precision]
        row["roofline"] = work / (row["encoderMS"] / 1000) / rate
        row["rooflineMS"] = 1000 * work / rate
        faster = f"{row['timesFaster']:.2f} ×" if row["timesFaster"] else ""
        cosine = f"{row['embeddingCosine']:.5f}" if "embeddingCosine" in row else ""
        print(f"{model:11} {row['engine']:12} {precision:5} {row['encoderMS']:6.1f} ms {row['decodeMS']['1']:6.1f} ms "
              f"{row['decodeMS']['10']:6.1f} ms {faster:>11} {row['roofline']:8.0%} {cosine:>9}")
    for model, rates in peers["roofline"].items():
        floors = ", ".join(f"{name} {rate:.0f} GFLOP/s → {1000 * peers['work'][model][1] / rate:.0f} ms"
                           for name, rate in rates.items())
        print(f"roofline of {model}: {floors}")
    for (model, precision), (limit, factor) in TARGETS.items():
        mine = own.get((model, precision))
        peer = next((row for row in table if row["engine"] == "openvino" and row["model"] == model
                     and row["precision"] == precision), None)
        if not mine:
            continue
        ratio = peer["encoderMS"] / mine["encoderMS"] if peer else None
        kept = mine["encoderMS"] <= limit and (not factor or not ratio or ratio >= factor)
        beside = f", {ratio:.2f} × OpenVINO" + (f" (wanted {factor} ×)" if factor else "") if ratio else ""
        print(f"{'kept  ' if kept else 'MISSED'} {model} {precision}: {mine['encoderMS']:.1f} ms (wanted {limit}){beside}")
    if options.json:
        options.json.write_text(json.dumps({"results": table, "roofline": peers["roofline"]}, indent=1))


if __name__ == "__main__":
    main()
