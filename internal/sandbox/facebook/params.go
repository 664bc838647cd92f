package facebook

const (
	maxPhoto = 4 << 20 // "JPEG BMP PNG GIF TIFF, 4 MB"
	maxText  = 63206   // the limit every tool states; no page of Meta's own confirms it
)
