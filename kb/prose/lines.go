package prose

import (
	"strconv"
	"strings"
)

// Lines gives the text as lines without markup, for places that have none: a line a paragraph, heading or list item.
// The address of a web link stands behind its text in angle brackets; a phone number or mail address is its own text,
// and a link inside the content has nothing to open there, so of those only the text stays.
func (d Doc) Lines() []string {
	var lines []string
	for _, block := range d {
		for i, item := range block.Items {
			var line strings.Builder
			switch block.Kind {
			case List:
				line.WriteString("- ")
			case OrderedList:
				line.WriteString(strconv.Itoa(block.From+i+1) + ". ")
			}
			for _, span := range item {
				line.WriteString(span.Text)
				if strings.HasPrefix(span.Link, "https://") && span.Link != span.Text {
					line.WriteString(" <" + span.Link + ">")
				}
			}
			lines = append(lines, line.String())
		}
	}
	return lines
}
