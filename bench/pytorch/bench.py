"""Times the plain PyTorch peer. bench/compare.sh runs it; by hand, from the project's root:

    echo 20 | python3 bench/pytorch/bench.py sample --engine compiled --batch 64

Each line of standard input is a number of seconds to measure for, and is answered by one JSON line. A first JSON line
tells how long the first batch took, which includes compiling, and how far the outputs are from those in --reference.
"""

import argparse
import json
import resource
import statistics
import struct
import sys
import time
import zlib
from pathlib import Path

import torch

import safetensors_file
from network import SIGMA_MAX, SIGMA_MIN, ConsistencyModel, UNet
from step import TrainingStep

MODEL = Path(__file__).parents[2] / "models/fashion-mnist"
WARM_UP_STEPS = 3
# Largest accepted difference between this peer's outputs and the reference. Those at noise scale u are divided by
# max(1, u), losses and gradients by their size. In bf16 the two engines round at different places.
BOUNDS = {
    "fp32": {"output": 1e-4, "loss": 1e-5, "gradient": 1e-4},
    "bf16": {"output": 0.1, "loss": 0.01, "gradient": 0.1},
}


def load_model(folder=MODEL, device="cpu"):
    """The model of a folder that bcm4j wrote: an ADM U-Net whose attention is normalised."""
    config = json.loads((Path(folder) / "config.json").read_text())["network"]
    if config.pop("kind") != "adm" or not config.pop("normalized_attention"):
        sys.exit(f"{folder} holds another network than the peer's")
    network = UNet(**config)
    network.load_state_dict(safetensors_file.read(Path(folder) / "model.safetensors"))
    return ConsistencyModel(network).to(device)


def autocast(device, precision):
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16")


def relative(difference, whole):
    """The size of a difference of two lists of tensors, divided by that of the second."""
    squares = [sum(tensor.double().square().sum().item() for tensor in tensors) for tensors in (difference, whole)]
    return (squares[0] / squares[1]) ** 0.5


class Sampling:
    """Generation of a batch by a single pass f(x, T, 0)."""

    def __init__(self, model, batch, precision, compiled, device="cpu"):
        self.precision = precision
        self.device = device
        self.model = model.eval().requires_grad_(False)
        self.evaluated = self.model
        if compiled:
            from torch._inductor import config  # takes two seconds, which the other engine need not spend

            config.freezing = True
            self.evaluated = torch.compile(self.model, dynamic=False)
        self.shape = (batch, *model.network.image_shape)
        self.start = torch.full((batch,), SIGMA_MAX, device=device)
        self.end = torch.full((batch,), SIGMA_MIN, device=device)
        self.labels = torch.arange(batch, device=device) % model.network.classes

    def __call__(self):
        return self.f(SIGMA_MAX * torch.randn(self.shape, device=self.device), self.start, self.end, self.labels)

    def f(self, x, t, u, y):
        with torch.no_grad(), autocast(self.device, self.precision):
            return self.evaluated(x, t, u, y)

    def differences(self, reference):
        x, t, u, y, expected = (reference[f"{name}.{self.shape[0]}"].to(self.device) for name in "xtuyf")
        error = (self.f(x, t, u, y) - expected).abs().amax(dim=(1, 2, 3)) / u.clamp(min=1)
        return {"output": error.max().item()}


class Training:
    """Steps of bidirectional consistency training on one batch of random images."""

    def __init__(self, model, batch, precision, compiled, device="cpu"):
        self.precision = precision
        self.device = device
        self.step = TrainingStep(model)
        if compiled:
            self.step.loss = torch.compile(self.step.loss, dynamic=False)
        self.images = 2 * torch.rand(batch, *model.network.image_shape, device=device) - 1
        self.labels = torch.randint(model.network.classes, (batch,), device=device)

    def __call__(self):
        self.step(self.images, self.labels, self.precision)

    def differences(self, reference):
        """Without dropout, as in the reference."""
        for model in (self.step.model, self.step.target_model):
            model.eval()
        names = ("x", "z", "t_near", "t_far", "u", "y")
        with autocast(self.device, self.precision):
            loss = self.step.loss(*(reference[f"train.{name}"].to(self.device) for name in names))
        loss.backward()
        for model in (self.step.model, self.step.target_model):
            model.train()
        expected_loss = reference["train.loss"].to(self.device)
        parameters = self.step.model.network.named_parameters()
        pairs = [(parameter.grad, reference[f"gradient.{name}"].to(self.device)) for name, parameter in parameters]
        return {
            "loss": relative([loss.detach() - expected_loss], [expected_loss]),
            "gradient": relative([ours - expected for ours, expected in pairs], [expected for _, expected in pairs]),
        }


def check(differences, bounds):
    """Ends the program where a difference is above its bound, or not a number."""
    for name, difference in differences.items():
        if not difference <= bounds[name]:
            sys.exit(f"the {name} differs from the reference by {difference:.2e}, more than {bounds[name]:.0e}")


def step_times(work, seconds, warm_up=WARM_UP_STEPS):
    """Wall-clock seconds of each call of work, for the given time and at least three calls, after a warm-up."""

    def call():
        work()
        if torch.device(work.device).type == "cuda":
            torch.cuda.synchronize()

    for _ in range(warm_up):
        call()
    times = []
    finish = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < finish:
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return times


def write_png(path, pixels):
    """Writes grey pixels, uint8 [H, W]."""
    height, width = pixels.shape

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(row) for row in pixels.tolist())
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + content)


def write_picture(path, precision):
    """Generates one image from a new process: loads the weights, samples, writes a file."""
    image = Sampling(load_model(), 1, precision, compiled=False)()
    write_png(path, ((image[0, 0].clamp(-1, 1) + 1) * 127.5).to(torch.uint8))


def measure(options):
    """Checks and compiles, then answers the requests on standard input."""
    kinds = {"sample": Sampling, "train": Training}
    model = load_model(options.model, options.device)
    work = kinds[options.work](model, options.batch, options.precision, options.engine == "compiled", options.device)
    begin = time.perf_counter()
    differences = {}
    if options.reference:
        differences = work.differences(safetensors_file.read(options.reference))  # a training step changes the weights
        check(differences, BOUNDS[options.precision])
    work()
    first = time.perf_counter() - begin
    print(json.dumps({"first_s": round(first, 1), **differences}), flush=True)
    for line in sys.stdin:
        median = statistics.median(step_times(work, float(line)))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"batch_ms": round(1000 * median, 3), "peak_mib": peak}), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Times one-step sampling or BCT training in plain PyTorch.")
    parser.add_argument("work", choices=("sample", "train", "picture"))
    parser.add_argument("--engine", choices=("eager", "compiled"), default="eager")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--model", default=MODEL, help="a model folder")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--reference", help="what org.bcm4j.bench.ReferenceOutputs wrote")
    parser.add_argument("--out", default="picture.png", help="the file that picture writes")
    options = parser.parse_args()
    if options.batch < 1 or options.threads < 1:
        parser.error("--batch and --threads must be positive")

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.work == "picture":
        write_picture(options.out, options.precision)
    else:
        measure(options)


if __name__ == "__main__":
    main()
