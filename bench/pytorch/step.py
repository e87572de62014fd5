"""One step of bidirectional consistency training (BCT), in plain PyTorch."""

import copy
import math

import torch

from network import SIGMA_MAX, SIGMA_MIN, per_image

RHO = 7.0
LOG_NORMAL_MEAN = -1.1
LOG_NORMAL_STD = 2.0


def time_grid(points):
    """Times t_1 < ... < t_N, from SIGMA_MIN to SIGMA_MAX, shape [N]."""
    low, high = SIGMA_MIN ** (1 / RHO), SIGMA_MAX ** (1 / RHO)
    return ((low + torch.linspace(0, 1, points, dtype=torch.float64) * (high - low)) ** RHO).float()


def interval_law(grid):
    """Probabilities of the N-1 intervals of the grid: the log-normal law of iCT, discretised."""
    quantiles = torch.erf((grid.double().log() - LOG_NORMAL_MEAN) / (math.sqrt(2) * LOG_NORMAL_STD))
    mass = quantiles.diff()
    return (mass / mass.sum()).float()


def pseudo_huber(a, b):
    """Distance per image, shape [B]."""
    squares = (a - b).flatten(1).square()
    c = 0.00054 * math.sqrt(squares.shape[1])
    return (squares.sum(dim=1) + c**2).sqrt() - c


class TrainingStep:
    """The model, its frozen copy, optimiser and moving average; calling it trains on one batch."""

    def __init__(self, model, grid_points=41, learning_rate=1e-3, ema_decay=0.9993, label_dropout=0.1):
        self.model = model.train().requires_grad_(True)
        self.target_model = copy.deepcopy(model).requires_grad_(False)
        self.ema_model = copy.deepcopy(model).requires_grad_(False)
        self.ema_decay = ema_decay
        self.null_class = model.network.classes
        self.label_dropout = label_dropout if model.network.null_class else 0.0
        self.same_masks = model.network.dropout > 0
        self.optimizer = torch.optim.RAdam(model.parameters(), lr=learning_rate, betas=(0.9, 0.99))
        self.grid = time_grid(grid_points).to(next(model.parameters()).device)
        self.intervals = interval_law(self.grid)
        half = self.intervals / 2  # each interval's mass is shared between its two ends
        self.points = torch.nn.functional.pad(half, (0, 1)) + torch.nn.functional.pad(half, (1, 0))

    def draw_times(self, batch):
        """t_n, t_{n+1} and u, each [B]; u is any grid point but t_{n+1}."""
        n = torch.multinomial(self.intervals, batch, replacement=True)
        law = self.points.repeat(batch, 1).scatter_(1, n[:, None] + 1, 0.0)
        u = torch.multinomial(law, 1)[:, 0]
        return self.grid[n], self.grid[n + 1], self.grid[u]

    def loss(self, x, z, t_near, t_far, u, y):
        """Eq. 10: the consistency term plus the soft trajectory term, averaged over the batch.

        All passes have the same dropout masks: each starts from the same seed.
        """
        if self.same_masks:
            seed = int(torch.empty((), dtype=torch.int64).random_())

        def evaluated(model, *arguments):
            if self.same_masks:
                torch.manual_seed(seed)
            return model(*arguments, y)

        end = torch.full_like(t_far, SIGMA_MIN)
        x_near = x + per_image(t_near) * z
        x_far = x + per_image(t_far) * z
        with torch.no_grad():
            target = evaluated(self.target_model, x_near, t_near, end)
        consistency = pseudo_huber(evaluated(self.model, x_far, t_far, end), target) / (t_far - t_near).abs()
        moved = evaluated(self.model, x_far, t_far, u)
        # The outer pass has constant parameters; the gradient flows through its input.
        soft = pseudo_huber(evaluated(self.target_model, moved, u, end), target) / (t_far - u).abs()
        return (consistency + soft).mean()

    def __call__(self, x, y, precision):
        """Trains on images x [B, C, H, W] in [-1, 1] with labels y [B]; returns the loss before the update."""
        times = self.draw_times(len(x))
        y = torch.where(torch.rand(len(y), device=y.device) < self.label_dropout, self.null_class, y)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bf16"):
            loss = self.loss(x, torch.randn_like(x), *times, y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            parameters = list(self.model.parameters())
            torch._foreach_copy_(list(self.target_model.parameters()), parameters)
            torch._foreach_lerp_(list(self.ema_model.parameters()), parameters, 1 - self.ema_decay)
        return loss.item()
