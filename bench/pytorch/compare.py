"""Times bcm4j, eager PyTorch and compiled PyTorch in turns on the same work; bench/compare.sh runs it."""

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEER = ROOT / "bench/pytorch/bench.py"
JAR = ROOT / "bench/target/benchmarks.jar"
MODEL = "models/fashion-mnist"
TRAINING_BATCH = 64
ENGINES = ("bcm4j", "eager", "compiled")


def main():
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(options, Path(folder))
        for precision in options.precisions:
            comparison.write_reference(precision)
            if "sample" in options.work:
                for batch in options.batches:
                    comparison.throughput("sample", precision, batch)
            if "train" in options.work:
                comparison.throughput("train", precision, TRAINING_BATCH)
            if "picture" in options.work:
                comparison.first_picture(precision)
        comparison.print_table()


def parse():
    features = Path("/proc/cpuinfo").read_text()
    native = "avx512_bf16" in features or "amx_bf16" in features
    parser = argparse.ArgumentParser(prog="bench/compare.sh", description=__doc__)
    parser.add_argument("--work", nargs="+", choices=("sample", "train", "picture"), default=["sample", "train", "picture"])
    parser.add_argument(
        "--precisions", nargs="+", choices=("fp32", "bf16"), default=["fp32", "bf16"] if native else ["fp32"],
        help="default: fp32, and bf16 where the processor computes in it",
    )
    parser.add_argument("--batches", nargs="+", type=int, default=[1, 16, 64, 256], help="of sampling")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    return parser.parse_args()


class Row:
    """The results of one kind of work, by engine."""

    def __init__(self, title, batch, precision, unit):
        self.title = title
        self.batch = batch
        self.precision = precision
        self.unit = unit
        self.values = {engine: [] for engine in ENGINES}
        self.peak_mib = {}
        self.first_s = None

    def add(self, engine, value, peak_mib):
        self.values[engine].append(value)
        self.peak_mib[engine] = max(peak_mib, self.peak_mib.get(engine, 0))
        print(f"{self.title}, batch {self.batch}, {self.precision}, {engine}: {value:.2f} {self.unit}", file=sys.stderr)

    def cells(self):
        medians = {engine: statistics.median(values) for engine, values in self.values.items() if values}
        peers = [median for engine, median in medians.items() if engine != "bcm4j"]
        best = min(peers) if self.unit == "s" else max(peers)
        yield f"{self.title}, {self.unit}"
        yield str(self.batch)
        yield self.precision
        for engine in ENGINES:
            values = self.values[engine]
            yield f"{short(medians[engine])} ({short(min(values))} to {short(max(values))})" if values else ""
        yield f"{medians['bcm4j'] / best:.2f}"
        yield " / ".join(str(self.peak_mib[engine]) for engine in ENGINES if engine in self.peak_mib)
        yield "" if self.first_s is None else f"{self.first_s:.0f}"


def short(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Comparison:
    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.rows = []
        self.environment = os.environ | {
            "OMP_NUM_THREADS": str(options.threads),
            "TORCHINDUCTOR_CACHE_DIR": str(folder / "compiled"),  # empty, so that compiling is measured
        }

    def write_reference(self, precision):
        """The outputs of bcm4j that the peer must reproduce before it is timed."""
        command = ["java", "-cp", JAR, "org.bcm4j.bench.ReferenceOutputs", precision.upper(), self.reference(precision)]
        self.run(command + [str(batch) for batch in self.options.batches])

    def reference(self, precision):
        return self.folder / f"{precision}.safetensors"

    def throughput(self, work, precision, batch):
        """Adds a row of images per second."""
        row = Row({"sample": "sampling", "train": "training step"}[work], batch, precision, "images/s")
        self.rows.append(row)
        with contextlib.ExitStack() as stack:
            peers = {}
            for engine in ENGINES[1:]:
                peers[engine] = stack.enter_context(Peer(self, work, precision, batch, engine))
                print(f"{row.title}, batch {batch}, {precision}, {engine}: {peers[engine].ready}", file=sys.stderr)
            row.first_s = peers["compiled"].ready["first_s"]
            for _ in range(self.options.rounds):
                wait_for_quiet()
                batch_ms, peak_mib = self.java_benchmark(work, precision, batch)
                row.add("bcm4j", 1000 * batch / batch_ms, peak_mib)
                for engine, peer in peers.items():
                    wait_for_quiet()
                    result = peer.measure(self.options.seconds)
                    row.add(engine, 1000 * batch / result["batch_ms"], result["peak_mib"])

    def java_benchmark(self, work, precision, batch):
        """The median time of a batch, and the memory of the largest process."""
        parameters = ["-p", f"precision={precision.upper()}"]
        benchmark = "TrainingStepBenchmark"
        if work == "sample":
            benchmark = "SamplingBenchmark"
            parameters += ["-p", f"batch={batch}"]
        result = self.folder / "jmh.json"
        measured = ["-bm", "sample", "-tu", "ms", "-wi", "1", "-w", "3", "-i", "1", "-r", f"{self.options.seconds:g}"]
        files = ["-foe", "true", "-rf", "json", "-rff", result]
        _, peak_mib = self.run(["java", "-jar", JAR, benchmark, *parameters, *measured, *files])
        return json.loads(result.read_text())[0]["primaryMetric"]["scorePercentiles"]["50.0"], peak_mib

    def first_picture(self, precision):
        """Adds a row of seconds from the start of a process until its first picture is in a file."""
        row = Row("first picture", 1, precision, "s")
        self.rows.append(row)
        out = self.folder / "picture.png"
        ours = [ROOT / "bcm", "sample", MODEL, "-n", "1", "--walk", "80 > 0", "--precision", precision, "--out", out]
        peer = [sys.executable, PEER, "picture", "--precision", precision, "--out", out]
        peer += ["--threads", str(self.options.threads)]
        for command in (ours, peer):
            self.run(command)  # builds what is not built, and brings the files into memory
        for _ in range(self.options.rounds):
            wait_for_quiet()
            row.add("bcm4j", *self.run(ours))
            wait_for_quiet()
            row.add("eager", *self.run(peer))

    def run(self, command):
        """Runs a command to its end: wall-clock seconds, and MiB of memory of its largest process."""
        log = self.folder / "log"
        with open(log, "w") as output:
            begin = time.perf_counter()
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begin
        if status != 0:
            sys.exit(f"{' '.join(map(str, command))} failed:\n{log.read_text()}")
        return seconds, usage.ru_maxrss // 1024

    def print_table(self):
        header = ("work", "batch", "precision", *ENGINES, "bcm4j / best", "peak memory, MiB", "compiling, s")
        print(f"\n{machine()}, {self.options.threads} threads; medians of {self.options.rounds} rounds (smallest to largest)\n")
        print(f"| {' | '.join(header)} |")
        print("|---" * len(header) + "|")
        for row in self.rows:
            print(f"| {' | '.join(row.cells())} |")


class Peer:
    """A process of the PyTorch peer, which waits between its measurements."""

    def __init__(self, comparison, work, precision, batch, engine):
        command = [sys.executable, PEER, work, "--engine", engine, "--precision", precision, "--batch", str(batch)]
        command += ["--threads", str(comparison.options.threads), "--reference", comparison.reference(precision)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=comparison.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self):
        self.ready = self.answer()
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def measure(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the PyTorch peer has failed")  # and has said why
        return json.loads(line)


def wait_for_quiet():
    """Waits up to a minute until no other process computes. Next to one, every engine is many times slower."""
    for _ in range(60):
        if busy_share() <= 0.05:
            return
    sys.exit("other processes compute on this machine; end them, or compare later")


def busy_share():
    """The share of all processors that was in use during the next second."""

    def ticks():
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return sum(fields), fields[3] + fields[4]  # idle, and idle for a disk

    before, idle_before = ticks()
    time.sleep(1)
    after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / (after - before)


def machine():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
