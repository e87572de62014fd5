package org.bcm4j.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bcm4j.network.NcsnppConfig.Decoder;
import org.bcm4j.network.NcsnppConfig.Encoder;
import org.bcm4j.network.NcsnppConfig.Features;
import org.bcm4j.tensor.WeightLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Multiply-adds, counted in other ways. */
class NetworkCostTest {
    private static final Pattern RESOLUTION = Pattern.compile("\\.(\\d+)x\\1_");

    @Test
    void anAdmLayerByLayer() {
        AdmConfig config = new AdmConfig(
                8, 1, 1, 0, 8, List.of(1), 1, List.of(), 8, false, 0, 16, Conditioning.TIME, 0, false, true);
        long pixels = 8 * 8;
        long entrance = 9 * 8 * pixels;
        long times = 8 * 32 + 32 * 32;
        long block = 2 * 9 * 8 * 8 * pixels + 32 * 8;
        long attention = 8 * 24 * pixels + 2 * 8 * pixels * pixels + 8 * 8 * pixels;
        long blockWithSkip = 9 * (16 + 8) * 8 * pixels + 32 * 8 + 16 * 8 * pixels;
        long exit = 9 * 8 * pixels;
        assertThat(config.build().cost().multiplyAdds())
                .isEqualTo(entrance + times + 3 * block + attention + 2 * blockWithSkip + exit);
    }

    /** 48 channels at 14x14, 96 at 7x7; each block but the entrance is told an embedding of 384 numbers, as a scale and a shift. */
    @Test
    void theShippedModelLayerByLayer() {
        AdmConfig config = new AdmConfig(
                28, 1, 2, 0, 48, List.of(1, 2), 1, List.of(), 48, true, 0, 16, Conditioning.JOINT, 10, true, true);
        long high = 14 * 14;
        long low = 7 * 7;
        long times = 96 * 384 + 384 * 384;
        long down = 9 * 4 * 48 * high + block(48, 48, high) + block(48, 48, low) + block(48, 96, low);
        long attention = 96 * 288 * low + 2 * 96 * low * low + 96 * 96 * low;
        long middle = 2 * block(96, 96, low) + attention;
        long upLow = block(96 + 96, 96, low) + block(96 + 48, 96, low) + block(96, 96, high);
        long upHigh = block(96 + 48, 48, high) + block(48 + 48, 48, high) + 9 * 48 * 4 * high;
        assertThat(config.build().cost().multiplyAdds()).isEqualTo(times + down + middle + upLow + upHigh);
        assertThat(config.build().cost().multiplyAdds()).isEqualTo(123_614_400);
    }

    /** The exit puts out 16 channels of 2x2 instead of one of 2x2; then 17 channels become 16, and these one, at 28x28. */
    @Test
    void aFineExitCostsItsTwoConvolutions() {
        AdmConfig plain = new AdmConfig(
                28, 1, 2, 0, 48, List.of(1, 2), 1, List.of(), 48, true, 0, 16, Conditioning.JOINT, 10, true, true);
        AdmConfig fine = new AdmConfig(
                28, 1, 2, 16, 48, List.of(1, 2), 1, List.of(), 48, true, 0, 16, Conditioning.JOINT, 10, true, true);
        long exit = 9 * 48 * (16 - 1) * 4 * 14 * 14;
        long full = 9 * (17 * 16 + 16) * 28 * 28;
        assertThat(fine.build().cost().multiplyAdds())
                .isEqualTo(plain.build().cost().multiplyAdds() + exit + full);
    }

    private static long block(long in, long out, long positions) {
        long skip = in == out ? 0 : in * out * positions;
        return 9 * (in + out) * out * positions + 384 * 2 * out + skip;
    }

    /** EDM's names tell at which resolution a kernel is used; attention and filters have products of their own. */
    @ParameterizedTest
    @EnumSource(Encoder.class)
    void anNcsnppByTheNamesOfItsWeights(Encoder encoder) {
        NcsnppConfig config = new NcsnppConfig(
                16,
                2,
                8,
                List.of(1, 2),
                2,
                List.of(),
                new Features.Positional(),
                encoder,
                Decoder.STANDARD,
                List.of(1, 3, 3, 1),
                4,
                0,
                Conditioning.JOINT,
                3,
                true);
        long weights = config.build().layout().slots().entrySet().stream()
                .filter(named -> named.getKey().endsWith(".weight"))
                .mapToLong(NetworkCostTest::multiplyAdds)
                .sum();
        long labels = 4 * 8; // once more: for u as well as for t
        long attention = 2 * 16 * 64 * 64;
        // Down from 16x16 with 8 channels, up from 8x8 with 16. Doubling multiplies every input pixel by the whole
        // filter.
        long blocks = 2 * 16 * (8 * 64 + 16 * 64);
        long pyramid = switch (encoder) {
            case STANDARD -> 0;
            case INPUT_SKIP -> 16 * 2 * 64;
            case RESIDUAL -> 16 * 2 * 17 * 17; // at full resolution, with a margin for the convolution
        };
        assertThat(config.build().cost().multiplyAdds()).isEqualTo(weights + labels + attention + blocks + pyramid);
    }

    private static long multiplyAdds(Map.Entry<String, WeightLayout.Slot> named) {
        if (named.getValue().shape().size() < 2) {
            return 0;
        }
        Matcher resolution = RESOLUTION.matcher(named.getKey());
        boolean dense = named.getValue().shape().size() == 2;
        long side = !dense && resolution.find() ? Long.parseLong(resolution.group(1)) : 1;
        return named.getValue().size() * side * side;
    }
}
