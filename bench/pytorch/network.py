"""The ADM U-Net of the shipped architecture and the consistency function around it, in plain PyTorch.

Images are [B, 1, 28, 28]; a pixel-unshuffle by 2 lets every convolution run at 14x14 and 7x7.
"""

import math

import torch
from torch import nn
from torch.nn import functional

SIGMA_DATA = 0.5
SIGMA_MIN = 0.002
SIGMA_MAX = 80.0


def group_norm(channels):
    groups = next(g for g in (32, 16, 8) if channels % g == 0)
    return nn.GroupNorm(groups, channels, eps=1e-5)  # bf16 input is reduced in fp32 by the kernel itself


def zeroed(module):
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module


def sinusoids(time, width):
    """Features [B, width] of 250 ln t for times [B]: all cosines, then all sines."""
    half = width // 2
    frequencies = torch.exp(-math.log(10_000) / half * torch.arange(half, device=time.device))
    angles = (250 * time.log())[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class ResidualBlock(nn.Module):
    """Norm, SiLU, (resample), convolution; scale-shift norm, SiLU, convolution; plus the skip."""

    def __init__(self, channels, out_channels, embedding_width, resample=None):
        super().__init__()
        self.in_norm = group_norm(channels)
        self.resample = resample or nn.Identity()
        self.in_conv = nn.Conv2d(channels, out_channels, 3, padding=1)
        self.modulation = nn.Linear(embedding_width, 2 * out_channels)
        self.out_norm = group_norm(out_channels)
        self.out_conv = zeroed(nn.Conv2d(out_channels, out_channels, 3, padding=1))
        self.skip = nn.Identity() if channels == out_channels else nn.Conv2d(channels, out_channels, 1)

    def forward(self, x, embedding):
        h = self.in_conv(self.resample(functional.silu(self.in_norm(x))))
        scale, shift = self.modulation(functional.silu(embedding))[:, :, None, None].chunk(2, dim=1)
        h = self.out_norm(h) * (1 + scale) + shift
        return self.skip(self.resample(x)) + self.out_conv(functional.silu(h))


class AttentionBlock(nn.Module):
    """Self-attention over positions, with queries, keys and values normalised per head (EDM2's pixel norm)."""

    def __init__(self, channels, head_width):
        super().__init__()
        self.head_width = head_width
        self.norm = group_norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.projection = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x):
        batch, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).reshape(batch, 3, -1, self.head_width, height * width)
        rms = qkv.norm(dim=3, keepdim=True) / math.sqrt(self.head_width)
        q, k, v = (qkv / (rms + 1e-4)).unbind(dim=1)  # each [B, heads, head width, positions]
        # Explicit softmax attention: on a CPU it is faster than scaled_dot_product_attention in bf16.
        weight = torch.softmax(q.transpose(2, 3) @ k / math.sqrt(self.head_width), dim=-1)
        h = (v @ weight.transpose(2, 3)).reshape(batch, channels, height, width)
        return x + self.projection(h)


class Stage(nn.Module):
    """A residual block, followed by attention at the resolutions that have it."""

    def __init__(self, channels, out_channels, embedding_width, head_width, attention):
        super().__init__()
        self.residual = ResidualBlock(channels, out_channels, embedding_width)
        self.attention = AttentionBlock(out_channels, head_width) if attention else nn.Identity()

    def forward(self, x, embedding):
        return self.attention(self.residual(x, embedding))


class UNet(nn.Module):
    """F(x, t, u, y): x [B, 1, 28, 28], times [B], labels [B] in 0..classes (classes is the null class)."""

    def __init__(self, width=48, multipliers=(1, 2), blocks=1, attention_levels=(), head_width=48, classes=10):
        super().__init__()
        self.width = width
        embedding_width = 8 * width
        self.time_embedding = nn.Sequential(
            nn.Linear(2 * width, embedding_width), nn.SiLU(), nn.Linear(embedding_width, embedding_width)
        )
        self.label_embedding = nn.Embedding(classes + 1, embedding_width)

        channels = width
        skips = [channels]
        self.input = nn.Conv2d(4, channels, 3, padding=1)
        self.encoder = nn.ModuleList()
        for level, multiplier in enumerate(multipliers):
            if level > 0:
                self.encoder.append(ResidualBlock(channels, channels, embedding_width, nn.AvgPool2d(2)))
                skips.append(channels)
            for _ in range(blocks):
                attention = level in attention_levels
                self.encoder.append(Stage(channels, multiplier * width, embedding_width, head_width, attention))
                channels = multiplier * width
                skips.append(channels)

        self.middle_in = Stage(channels, channels, embedding_width, head_width, attention=True)
        self.middle_out = ResidualBlock(channels, channels, embedding_width)

        self.decoder = nn.ModuleList()
        for level, multiplier in reversed(list(enumerate(multipliers))):
            for _ in range(blocks + 1):
                attention = level in attention_levels
                joined = channels + skips.pop()
                self.decoder.append(Stage(joined, multiplier * width, embedding_width, head_width, attention))
                channels = multiplier * width
            if level > 0:
                self.decoder.append(ResidualBlock(channels, channels, embedding_width, nn.Upsample(scale_factor=2)))

        self.output = nn.Sequential(group_norm(channels), nn.SiLU(), zeroed(nn.Conv2d(channels, 4, 3, padding=1)))

    def forward(self, x, t, u, y):
        times = torch.cat([sinusoids(t, self.width), sinusoids(u, self.width)], dim=1)
        embedding = self.time_embedding(times) + self.label_embedding(y)
        h = self.input(functional.pixel_unshuffle(x, 2))
        skips = [h]
        for block in self.encoder:
            h = block(h, embedding)
            skips.append(h)
        h = self.middle_out(self.middle_in(h, embedding), embedding)
        for block in self.decoder:
            if isinstance(block, Stage):
                h = torch.cat([h, skips.pop()], dim=1)
            h = block(h, embedding)
        return functional.pixel_shuffle(self.output(h), 2)


class ConsistencyModel(nn.Module):
    """f(x, t, u): the point at time u of the trajectory that passes through x at time t. Result in fp32."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, t, u, y):
        variance = t**2 + SIGMA_DATA**2
        c_in = variance.rsqrt()
        c_out = SIGMA_DATA * (t - u) * variance.rsqrt()
        c_skip = (t * u + SIGMA_DATA**2) / variance
        output = self.network(per_image(c_in) * x, t, u, y).float()
        return per_image(c_skip) * x + per_image(c_out) * output


def per_image(values):
    """[B] as [B, 1, 1, 1], to broadcast over images."""
    return values[:, None, None, None]
