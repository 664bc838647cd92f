package facebook

import "time"

const (
	unusedLife = 24 * time.Hour // harsher than life: what was uploaded and not used is forgotten then
	reelsMost  = 30             // "30 API-published posts within a 24-hour moving period"
	maxPhoto   = 4 << 20        // "JPEG BMP PNG GIF TIFF, 4 MB"
	maxText    = 63206          // the limit every tool states; no page of Meta's own confirms it
)
