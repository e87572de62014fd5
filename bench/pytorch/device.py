"""Times the peer on the network and outputs that org.bcm4j.training.DeviceComparison wrote, in one process:

    python3 bench/pytorch/device.py out/comparison --device cuda --seconds 3

Prints a line of JSON for each time, like DeviceComparison. Where outputs differ, the work is timed nevertheless, and the
exit code is 1.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

import torch

import safetensors_file
from bench import BOUNDS, Sampling, Training, load_model, step_times

WARM_UP_STEPS = 2


def measure(title, work, batch, reference, options, precision):
    """Prints the differences and the time of one kind of work. Returns whether the outputs are equal."""
    differences = work.differences(reference)
    equal = all(difference <= BOUNDS[precision][name] for name, difference in differences.items())
    milliseconds = 1000 * statistics.median(step_times(work, options.seconds, WARM_UP_STEPS))
    line = {"engine": options.engine, "work": title, "precision": precision, "batch": batch}
    line |= {"batch_ms": round(milliseconds, 3), "images_per_s": round(1000 * batch / milliseconds, 2)}
    line |= {name: float(f"{value:.2g}") for name, value in differences.items()} | {"equal": equal}
    print(json.dumps(line), flush=True)
    return equal


def measure_all(options, precision):
    reference = safetensors_file.read(options.folder / f"{precision}.safetensors")
    batches = sorted(int(name[2:]) for name in reference if name.startswith("f."))
    model = load_model(options.folder, options.device)
    equal = True
    for batch in batches:
        work = Sampling(model, batch, precision, options.engine == "compiled", options.device)
        equal &= measure("sampling", work, batch, reference, options, precision)
    batch = len(reference["train.x"])
    work = Training(model, batch, precision, compiled=False, device=options.device)
    return measure("training step", work, batch, reference, options, precision) and equal


def main():
    parser = argparse.ArgumentParser(description="Times one-step sampling and BCT training in plain PyTorch.")
    parser.add_argument("folder", type=Path, help="what DeviceComparison wrote")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda")
    parser.add_argument("--engine", choices=("eager", "compiled"), default="eager", help="of sampling; training is eager")
    parser.add_argument("--precisions", nargs="+", choices=("fp32", "bf16"), default=["bf16", "fp32"])
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(0)
    if not all([measure_all(options, precision) for precision in options.precisions]):
        sys.exit("outputs differ from the reference by more than their bound")


if __name__ == "__main__":
    main()
