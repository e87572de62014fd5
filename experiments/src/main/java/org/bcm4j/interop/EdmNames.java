package org.bcm4j.interop;

import static org.bcm4j.tensor.Ops.scalar;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bcm4j.network.NcsnppConfig;
import org.bcm4j.storage.UserException;
import org.bcm4j.tensor.HostTensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Converts weights of EDM's SongUNet for {@link org.bcm4j.network.NcsnppUNet}. The names are the same, except for the
 * prefix {@code model.} if the network was saved inside its preconditioning. These tensors differ:
 *
 * <ul>
 * <li>resampling filters are left out, after a check that they are the configuration's;
 * <li>Fourier frequencies, which EDM stores multiplied by their scale, are divided by it;
 * <li>the weight for augmentation labels is left out: without augmentation, as in sampling, it multiplies zeros.
 * </ul>
 */
public record EdmNames(NcsnppConfig config) {
    private static final String PREFIX = "model.";
    private static final String AUGMENTATION = "map_augment.weight";
    private static final String FREQUENCIES = "map_noise.freqs";
    private static final String FILTER = ".resample_filter";

    /**
     * The weights under their names in the network's layout. {@link org.bcm4j.tensor.Weights#load} checks that they are
     * complete and have the right shapes.
     *
     * @param tensors by EDM's names
     * @param source where the tensors came from, for the error message
     * @return the same tensors, except for the frequencies, which belong to the caller's scope
     * @throws UserException if a resampling filter is not the configuration's
     */
    public Map<String, Tensor> convert(Map<String, Tensor> tensors, String source) {
        Map<String, Tensor> converted = new LinkedHashMap<>();
        tensors.forEach((published, tensor) -> {
            String name = published.startsWith(PREFIX) ? published.substring(PREFIX.length()) : published;
            if (name.endsWith(FILTER)) {
                requireFilter(tensor, published, source);
            } else if (name.equals(FREQUENCIES) && config.features() instanceof NcsnppConfig.Features.Fourier fourier) {
                converted.put(name, tensor.div(scalar(fourier.scale())));
            } else if (!name.equals(AUGMENTATION)) {
                converted.put(name, tensor);
            }
        });
        return converted;
    }

    private void requireFilter(Tensor tensor, String name, String source) {
        List<Integer> taps = config.filter();
        int size = taps.size();
        double sum = taps.stream().mapToInt(Integer::intValue).sum();
        double[] values = HostTensors.doubles(tensor);
        boolean same = values.length == size * size;
        for (int i = 0; same && i < values.length; i++) {
            double expected = taps.get(i / size) * taps.get(i % size) / (sum * sum);
            same = Math.abs(values[i] - expected) < 1e-6;
        }
        if (!same) {
            throw new UserException(source + ": " + name + " is not the configuration's filter " + taps
                    + "; set filter to the taps that the network was trained with");
        }
    }
}
