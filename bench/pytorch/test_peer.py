"""Checks that the peer computes what it is timed for: python3 -m unittest discover bench/pytorch"""

import json
import struct
import tempfile
import unittest
from pathlib import Path

import torch

import safetensors_file
from bench import BOUNDS, Sampling, check, load_model
from network import SIGMA_MAX, SIGMA_MIN, ConsistencyModel, UNet, explicit_attention, fused_attention
from step import TrainingStep, interval_law, pseudo_huber, time_grid


IMAGENET64 = {
    "image_channels": 3,
    "image_size": 64,
    "patch": 1,
    "fine_width": 0,
    "width": 192,
    "multipliers": (1, 2, 3, 4),
    "blocks": 3,
    "attention": (16, 8),
    "head_width": 64,
    "scale_shift_norm": False,
    "dropout": 0.2,
    "conditioning": "aligned",
    "classes": 1000,
    "null_class": False,
}
SMALL_COLOUR = IMAGENET64 | {"image_size": 16, "width": 48, "multipliers": (1, 2), "blocks": 1, "attention": (8,)}
SMALL_COLOUR |= {"head_width": 8, "classes": 10}


def random_model(**network):
    """A model without the zero initialisation that would hide most of the network."""
    torch.manual_seed(1)
    model = ConsistencyModel(UNet(**network))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model


def batch(size):
    return torch.randn(size, 1, 28, 28), torch.randint(10, (size,))


class PeerTest(unittest.TestCase):
    def test_network_has_the_size_the_comparison_states(self):
        self.assertEqual(sum(p.numel() for p in UNet().parameters()), 2_210_529)

    def test_the_network_for_imagenet_has_the_size_of_its_configuration(self):
        with torch.device("meta"):
            self.assertEqual(sum(p.numel() for p in UNet(**IMAGENET64).parameters()), 279_941_571)

    def test_both_attentions_compute_the_same(self):
        q, k, v = torch.randn(3, 2, 4, 8, 9)
        torch.testing.assert_close(fused_attention(q, k, v), explicit_attention(q, k, v))

    def test_the_shipped_weights_make_clothes_of_noise(self):
        torch.manual_seed(2)
        images = Sampling(load_model(), 20, "fp32", compiled=False)()
        self.assertTrue((images.abs() < 1.5).all())
        labels = torch.arange(20) % 10
        between = (images[labels == 1].mean(dim=0) - images[labels == 8].mean(dim=0)).abs().mean()
        self.assertGreater(between, 0.3)  # trousers and bags

    def test_a_reference_is_reproduced_by_the_model_that_made_it_only(self):
        torch.manual_seed(3)
        sampling = Sampling(load_model(), 2, "fp32", compiled=False)
        t, u = torch.tensor([80.0, 0.5]), torch.tensor([0.002, 20.0])
        x, y = torch.randn(2, 1, 28, 28), torch.tensor([3, 10])
        reference = {"x.2": x, "t.2": t, "u.2": u, "y.2": y, "f.2": sampling.f(x, t, u, y)}
        check(sampling.differences(reference), BOUNDS["fp32"])
        with torch.no_grad():
            sampling.model.network.label_emb.weight[3] *= 1.1
        with self.assertRaises(SystemExit):
            check(sampling.differences(reference), BOUNDS["fp32"])

    def test_a_difference_that_is_not_a_number_is_not_accepted(self):
        with self.assertRaises(SystemExit):
            check({"output": float("nan")}, BOUNDS["fp32"])

    def test_tensors_are_read_by_name_type_and_shape(self):
        entries = {
            "__metadata__": {"format": "test"},
            "y": {"dtype": "I64", "shape": [1], "data_offsets": [8, 16]},
            "x": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
        }
        header = json.dumps(entries).encode()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tensors"
            path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<ffq", 1.5, -2.0, 7))
            tensors = safetensors_file.read(path)
        torch.testing.assert_close(tensors, {"y": torch.tensor([7]), "x": torch.tensor([[1.5], [-2.0]])})

    def test_the_model_is_the_identity_at_equal_times_only(self):
        model, (x, y) = random_model(), batch(3)
        t = torch.tensor([0.01, 1.0, 80.0])
        torch.testing.assert_close(model(x, t, t, y), x)
        self.assertGreater((model(x, t, 0.5 * t, y) - x).abs().amax(dim=(1, 2, 3)).min(), 1e-3)

    def test_the_output_depends_on_both_times_and_the_label(self):
        for options in ({}, SMALL_COLOUR):
            network = random_model(**options).network.eval()
            x, y = torch.randn(1, *network.image_shape), torch.tensor([3])
            t, u = torch.tensor([2.0]), torch.tensor([0.5])
            base = network(x, t, u, y)
            for other in (network(x, u, u, y), network(x, t, t, y), network(x, t, u, y + 1)):
                self.assertGreater((other - base).abs().max(), 1e-4)

    def test_grid_and_law_reach_both_ends(self):
        grid = time_grid(41)
        torch.testing.assert_close(grid[[0, -1]], torch.tensor([SIGMA_MIN, SIGMA_MAX]))
        self.assertTrue((grid.diff() > 0).all())
        self.assertTrue((interval_law(grid) > 0).all())

    def test_the_target_time_is_never_the_time_of_the_point(self):
        step = TrainingStep(ConsistencyModel(UNet()), grid_points=4)
        t_near, t_far, u = step.draw_times(4000)
        self.assertTrue((t_near < t_far).all())
        self.assertFalse((u == t_far).any())
        self.assertEqual(set(u.tolist()), set(step.grid.tolist()))
        self.assertEqual(set(t_far.tolist()), set(step.grid[1:].tolist()))

    def test_the_soft_term_is_differentiated_through_the_input_of_the_frozen_pass_only(self):
        step, (x, y) = TrainingStep(random_model()), batch(2)
        z = torch.randn_like(x)
        t_near, t_far, u = torch.full((2,), 1.0), torch.full((2,), 1.2), torch.full((2,), 0.3)
        step.loss(x, z, t_near, t_far, u, y).backward()
        self.assertTrue(all(p.grad is None for p in step.target_model.parameters()))

        weights = dict(step.model.named_parameters())
        constants = {name: p.detach() for name, p in weights.items()}
        end = torch.full((2,), SIGMA_MIN)

        def model(values, *arguments):
            return torch.func.functional_call(step.model, values, (*arguments, y))

        target = model(constants, x + 1.0 * z, t_near, end)
        moved = model(weights, x + 1.2 * z, t_far, u)
        consistency = pseudo_huber(model(weights, x + 1.2 * z, t_far, end), target) / (t_far - t_near)
        soft = pseudo_huber(model(constants, moved, u, end), target) / (t_far - u)
        expected = torch.autograd.grad((consistency + soft).mean(), weights.values())
        for gradient, parameter in zip(expected, weights.values()):
            torch.testing.assert_close(parameter.grad, gradient, rtol=1e-3, atol=1e-3)

    def test_all_passes_of_a_step_drop_the_same_and_the_next_step_drops_others(self):
        step = TrainingStep(random_model(**SMALL_COLOUR))
        masks = []
        for model in (step.model, step.target_model):
            layer = model.network.middle_block[0].out_layers[2]
            layer.register_forward_hook(lambda layer, inputs, output: masks.append(output == 0))
        x, y = torch.randn(2, 3, 16, 16), torch.tensor([1, 2])
        for _ in range(2):
            step(x, y, "fp32")
        self.assertEqual(len(masks), 8)
        self.assertTrue(all(torch.equal(mask, masks[0]) for mask in masks[:4]))
        self.assertFalse(torch.equal(masks[4], masks[0]))
        self.assertAlmostEqual(masks[0].float().mean().item(), 0.2, delta=0.05)

    def test_a_step_moves_the_model_its_frozen_copy_and_the_average(self):
        step, (x, y) = TrainingStep(random_model(), ema_decay=0.75), batch(2)
        before = [p.detach().clone() for p in step.model.parameters()]
        step(x, y, "fp32")
        copies = zip(before, step.model.parameters(), step.target_model.parameters(), step.ema_model.parameters())
        for old, new, target, average in copies:
            torch.testing.assert_close(target, new.detach(), rtol=0, atol=0)
            torch.testing.assert_close(average, (0.75 * old + 0.25 * new).detach())
        self.assertFalse(torch.equal(before[0], next(step.model.parameters())))


if __name__ == "__main__":
    unittest.main()
