"""Times the plain PyTorch peer: one JSON line on standard output.

    python3 bench/pytorch/bench.py --mode train|sample --precision fp32|bf16 --batch 64 --seconds 20 --threads 2
"""

import argparse
import json
import statistics
import time

import torch

from network import SIGMA_MAX, SIGMA_MIN, ConsistencyModel, UNet
from step import TrainingStep

WARM_UP_STEPS = 3


def training(model, batch, precision):
    """A function that trains on one synthetic batch."""
    step = TrainingStep(model)
    images = 2 * torch.rand(batch, 1, 28, 28) - 1
    labels = torch.randint(10, (batch,))
    return lambda: step(images, labels, precision)


def sampling(model, batch, precision):
    """A function that generates one batch by a single pass f(x, T, 0)."""
    model.eval()
    start = torch.full((batch,), SIGMA_MAX)
    end = torch.full((batch,), SIGMA_MIN)

    def sample():
        labels = torch.randint(10, (batch,))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            return model(SIGMA_MAX * torch.randn(batch, 1, 28, 28), start, end, labels)

    return sample


def step_times(work, seconds):
    """Wall-clock seconds of each call of work, for the given time and at least three calls, after a warm-up."""
    for _ in range(WARM_UP_STEPS):
        work()
    times = []
    finish = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < finish:
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return times


def main():
    parser = argparse.ArgumentParser(description="Times BCT training or one-step sampling in plain PyTorch.")
    parser.add_argument("--mode", choices=("train", "sample"), required=True)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if options.batch < 1 or options.threads < 1 or options.seconds <= 0:
        parser.error("--batch, --threads and --seconds must be positive")

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    prepare = training if options.mode == "train" else sampling
    work = prepare(ConsistencyModel(UNet()), options.batch, options.precision)
    median = statistics.median(step_times(work, options.seconds))
    print(json.dumps({
        "mode": options.mode,
        "precision": options.precision,
        "images_per_s": round(options.batch / median, 1),
        "step_ms": round(1000 * median, 2),
        "torch_version": torch.__version__,
    }))


if __name__ == "__main__":
    main()
