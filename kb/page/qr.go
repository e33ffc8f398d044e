package page

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// square is a QR code as the path of an SVG: no picture to fetch, and sharp at any size.
type square struct {
	Size int // of a side with its quiet zone, in modules
	Path string
}

// quiet is how many light modules stand around a QR code, so that cameras find it. ISO/IEC 18004, 6.3.8.
const quiet = 4

// newSquare gives text as a QR code that survives a crease or a stain. The error is that text is too long for one.
func newSquare(text string) (square, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return square{}, fmt.Errorf("write the plan code as a square: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			width := 0
			for code.Black(x+width, y) { // outside the code nothing is black
				width++
			}
			if width > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, width, width)
				x += width
			}
		}
	}
	return square{code.Size + 2*quiet, path.String()}, nil
}
