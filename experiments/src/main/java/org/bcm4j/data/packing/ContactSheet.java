package org.bcm4j.data.packing;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bcm4j.data.sources.PictureSource;
import org.bcm4j.data.sources.UnusablePictureException;
import org.bcm4j.images.CenterCrop;
import org.bcm4j.images.RasterPixels;

/**
 * Some pictures of a source on one sheet: a row for each class, in their order, with the first pictures of the class;
 * or, without classes, pictures from the whole source. Of many classes some are drawn.
 */
public final class ContactSheet {
    private static final int COLUMNS = 10;
    private static final int ROWS = 20;
    private static final int CELL = 64;
    private static final int GAP = 4;
    private static final int TEXT = 12;
    private static final int LINE = TEXT + GAP;

    private ContactSheet() {}

    /** Draws the sheet. Pictures that cannot be decoded are left out. */
    public static BufferedImage of(PictureSource source) {
        Map<String, List<Integer>> rows = source.classes().isEmpty() ? spread(source) : byClass(source);
        int height = rows.size() * (LINE + CELL + GAP) + GAP;
        BufferedImage sheet = new BufferedImage(COLUMNS * (CELL + GAP) + GAP, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, TEXT));
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        int top = GAP;
        for (Map.Entry<String, List<Integer>> row : rows.entrySet()) {
            graphics.drawString(shortened(row.getKey(), graphics.getFontMetrics()), GAP, top + TEXT - 2);
            int left = GAP;
            for (int index : row.getValue()) {
                if (draw(sheet, source, index, left, top + LINE)) {
                    left += CELL + GAP;
                }
            }
            top += LINE + CELL + GAP;
        }
        graphics.dispose();
        return sheet;
    }

    private static String shortened(String text, FontMetrics font) {
        int most = COLUMNS * (CELL + GAP);
        String shown = text;
        while (font.stringWidth(shown) > most) {
            shown = shown.substring(0, shown.length() - 2) + "…";
        }
        return shown;
    }

    /** The first pictures of each class, under its number and name. */
    private static Map<String, List<Integer>> byClass(PictureSource source) {
        int classes = source.classes().size();
        int drawn = Math.min(ROWS, classes);
        Map<Integer, List<Integer>> members = new LinkedHashMap<>();
        for (int row = 0; row < drawn; row++) {
            members.put((int) ((long) row * classes / drawn), new ArrayList<>());
        }
        for (int index = 0; index < source.size(); index++) {
            List<Integer> row = members.get(source.label(index));
            if (row != null && row.size() < COLUMNS) {
                row.add(index);
            }
        }
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        members.forEach((label, indices) -> {
            String name = source.classes().get(label);
            rows.put(name.equals(String.valueOf(label)) ? name : label + "  " + name, indices);
        });
        return rows;
    }

    private static Map<String, List<Integer>> spread(PictureSource source) {
        int count = Math.min(COLUMNS * COLUMNS, source.size());
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int start = 0; start < count; start += COLUMNS) {
            List<Integer> row = IntStream.range(start, Math.min(count, start + COLUMNS))
                    .map(i -> (int) ((long) i * source.size() / count))
                    .boxed()
                    .toList();
            rows.put("from " + source.name(row.get(0)), row);
        }
        return rows;
    }

    private static boolean draw(BufferedImage sheet, PictureSource source, int index, int left, int top) {
        try {
            RasterPixels picture = new CenterCrop(CELL).of(source.read(index));
            int plane = CELL * CELL;
            for (int i = 0; i < plane; i++) {
                int colour = 0;
                for (int c = 0; c < 3; c++) {
                    int from = Math.min(c, picture.channels() - 1) * plane + i;
                    colour = colour << 8 | Byte.toUnsignedInt(picture.values()[from]);
                }
                sheet.setRGB(left + i % CELL, top + i / CELL, colour);
            }
            return true;
        } catch (UnusablePictureException leftOut) {
            return false;
        }
    }
}
