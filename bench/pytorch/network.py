"""The ADM U-Net and the consistency function around it, in plain PyTorch.

The shipped architecture is the default. Its images are [B, 1, 28, 28]; a pixel-unshuffle by 2 lets all convolutions
but the last two run at 14x14 and 7x7.
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
    """Norm, SiLU, (resample), convolution; the embedding; norm, SiLU, dropout, convolution; plus the skip.

    The embedding is added before the second norm or, with scale_shift, scales and shifts its result.
    """

    def __init__(self, channels, out_channels, embedding_width, scale_shift, dropout, resample=None):
        super().__init__()
        self.scale_shift = scale_shift
        self.in_layers = nn.Sequential(
            group_norm(channels), nn.SiLU(), nn.Conv2d(channels, out_channels, 3, padding=1)
        )
        self.resample = resample or nn.Identity()
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding_width, (2 if scale_shift else 1) * out_channels))
        self.out_layers = nn.Sequential(
            group_norm(out_channels),
            nn.SiLU(),
            nn.Dropout(dropout),
            zeroed(nn.Conv2d(out_channels, out_channels, 3, padding=1)),
        )
        self.skip_connection = nn.Identity() if channels == out_channels else nn.Conv2d(channels, out_channels, 1)

    def forward(self, x, embedding):
        in_norm, activation, in_convolution = self.in_layers
        h = in_convolution(self.resample(activation(in_norm(x))))
        embedded = self.emb_layers(embedding)[:, :, None, None]
        out_norm, activation, dropout, out_convolution = self.out_layers
        if self.scale_shift:
            scale, shift = embedded.chunk(2, dim=1)
            h = out_norm(h) * (1 + scale) + shift
        else:
            h = out_norm(h + embedded)
        return self.skip_connection(self.resample(x)) + out_convolution(dropout(activation(h)))


class AttentionBlock(nn.Module):
    """Self-attention over positions, with queries, keys and values normalised per head (EDM2's pixel norm)."""

    def __init__(self, channels, head_width):
        super().__init__()
        self.head_width = head_width
        self.norm = group_norm(channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.proj_out = zeroed(nn.Conv2d(channels, channels, 1))

    def forward(self, x):
        batch, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x)).reshape(batch, 3, -1, self.head_width, height * width)
        rms = qkv.norm(dim=3, keepdim=True) / math.sqrt(self.head_width)
        q, k, v = (qkv / (rms + 1e-4)).unbind(dim=1)  # each [B, heads, head width, positions]
        h = fused_attention(q, k, v) if x.is_cuda else explicit_attention(q, k, v)
        return x + self.proj_out(h.reshape(batch, channels, height, width))


def explicit_attention(q, k, v):
    """On a CPU faster than the fused attention in bf16."""
    weight = torch.softmax(q.transpose(2, 3) @ k / math.sqrt(q.shape[2]), dim=-1)
    return v @ weight.transpose(2, 3)


def fused_attention(q, k, v):
    """The kernels that compute all at once take contiguous channels only."""
    q, k, v = (each.transpose(2, 3).contiguous() for each in (q, k, v))
    return functional.scaled_dot_product_attention(q, k, v).transpose(2, 3)


class Blocks(nn.ModuleList):
    """Blocks in sequence, of which the residual ones take the embedding too."""

    def forward(self, x, embedding):
        for block in self:
            x = block(x, embedding) if isinstance(block, ResidualBlock) else block(x)
        return x


class Exit(nn.Sequential):
    """From the features to the network's output: at the resolution of the patches, then with every pixel's neighbours.

    Without a fine width, it ends at the resolution of the patches.
    """

    def __init__(self, channels, image_channels, fine_width, patch):
        coarse = nn.Conv2d(channels, (fine_width or image_channels) * patch**2, 3, padding=1)
        super().__init__(group_norm(channels), nn.SiLU(), coarse if fine_width else zeroed(coarse))
        if fine_width:
            mix = nn.Conv2d(fine_width + image_channels, fine_width, 3, padding=1)
            last = zeroed(nn.Conv2d(fine_width, image_channels, 3, padding=1))
            self.append(nn.Sequential(mix, nn.SiLU(), last))
        self.patch = patch

    def forward(self, h, x):
        norm, activation, coarse, *fine = self
        h = functional.pixel_shuffle(coarse(activation(norm(h))), self.patch)
        return fine[0](torch.cat([activation(h), x], dim=1)) if fine else h


def perceptron(width, out_width):
    return nn.Sequential(nn.Linear(width, out_width), nn.SiLU(), nn.Linear(out_width, out_width))


class UNet(nn.Module):
    """F(x, t, u, y): x [B, C, H, W], times [B], labels [B] in 0..classes (classes is the null class, if there is one).

    Modules are named as in the published code of ADM, so weights load by name. The arguments have the names of a
    model's config.json.
    """

    def __init__(
        self,
        image_size=28,
        image_channels=1,
        patch=2,
        fine_width=16,
        width=48,
        multipliers=(1, 2),
        blocks=1,
        attention=(),
        head_width=48,
        scale_shift_norm=True,
        dropout=0.0,
        dropout_max_resolution=16,
        conditioning="joint",
        classes=10,
        null_class=True,
    ):
        super().__init__()
        self.image_shape = (image_channels, image_size, image_size)
        self.patch = patch
        self.width = width
        self.classes = classes
        self.null_class = null_class
        self.dropout = dropout
        self.aligned = conditioning == "aligned"
        embedding_width = (4 if self.aligned else 8) * width
        self.time_embed = perceptron(width if self.aligned else 2 * width, embedding_width)
        if self.aligned:
            self.time_embed_end = perceptron(width, embedding_width)
            self.time_embed_align = nn.Linear(2 * embedding_width, embedding_width, bias=False)
        self.label_emb = nn.Embedding(classes + null_class, embedding_width)

        def resolution(level):
            return image_size // patch >> level

        def residual(channels, out_channels, level, resample=None):
            dropped = dropout if resolution(level) <= dropout_max_resolution else 0.0
            return ResidualBlock(channels, out_channels, embedding_width, scale_shift_norm, dropped, resample)

        def level_blocks(channels, level):
            out_channels = multipliers[level] * width
            stage = Blocks([residual(channels, out_channels, level)])
            if resolution(level) in attention:
                stage.append(AttentionBlock(out_channels, head_width))
            return stage

        last = len(multipliers) - 1
        channels = multipliers[0] * width
        skips = [channels]
        entrance = nn.Conv2d(image_channels * patch**2, channels, 3, padding=1)
        self.input_blocks = nn.ModuleList([Blocks([entrance])])
        for level in range(len(multipliers)):
            for _ in range(blocks):
                self.input_blocks.append(level_blocks(channels, level))
                channels = multipliers[level] * width
                skips.append(channels)
            if level < last:
                self.input_blocks.append(Blocks([residual(channels, channels, level, nn.AvgPool2d(2))]))
                skips.append(channels)

        self.middle_block = Blocks(
            [residual(channels, channels, last), AttentionBlock(channels, head_width), residual(channels, channels, last)]
        )

        self.output_blocks = nn.ModuleList()
        for level in reversed(range(len(multipliers))):
            for _ in range(blocks + 1):
                self.output_blocks.append(level_blocks(channels + skips.pop(), level))
                channels = multipliers[level] * width
            if level > 0:
                self.output_blocks[-1].append(residual(channels, channels, level, nn.Upsample(scale_factor=2)))

        self.out = Exit(channels, image_channels, fine_width, patch)

    def embed(self, t, u):
        from_start, from_end = sinusoids(t, self.width), sinusoids(u, self.width)
        if not self.aligned:
            return self.time_embed(torch.cat([from_start, from_end], dim=1))
        return self.time_embed_align(torch.cat([self.time_embed(from_start), self.time_embed_end(from_end)], dim=1))

    def forward(self, x, t, u, y):
        embedding = self.embed(t, u) + self.label_emb(y)
        h = functional.pixel_unshuffle(x, self.patch)
        skips = []
        for block in self.input_blocks:
            h = block(h, embedding)
            skips.append(h)
        h = self.middle_block(h, embedding)
        for block in self.output_blocks:
            h = block(torch.cat([h, skips.pop()], dim=1), embedding)
        return self.out(h, x)


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
