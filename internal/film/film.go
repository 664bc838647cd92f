// Package film makes videos fit by a program of this machine, ffmpeg, where there is
// one. It is given files of people, so it reads nothing but the one file, as what it
// claims to be.
package film

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// Maker is the program; the zero Maker is of a machine that has none.
type Maker struct{ program string }

// Find gives the program of this machine.
func Find() Maker {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return Maker{}
	}
	return Maker{program}
}

// There says whether there is one.
func (m Maker) There() bool { return m.program != "" }

// Cut is what is made of a film.
type Cut struct {
	X, Y, CropWidth, CropHeight int
	Whole                       bool // with bars beside it, instead of a piece
	Width, Height               int
	Seconds                     float64 // 0: all of it
	Lasts                       float64 // what is made, as far as it is known
	MaxBytes                    int64   // 0: no matter
}

const (
	patience = 30 * time.Minute // for one film
	sound    = 128_000          // bits a second
	complain = 2_000            // letters of what the program says
)

// Make writes what is made of a file into another one, an MP4.
func (m Maker) Make(ctx context.Context, from, to string, c Cut) error {
	if !m.There() {
		return fault.New(fault.Invalid, "There is no ffmpeg on this machine to cut videos with.").WithHint("Install ffmpeg, or cut the video in the application.")
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	command := exec.CommandContext(ctx, m.program, arguments(from, to, c)...) //nolint:gosec // our own arguments; names of files are ours
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	var said strings.Builder
	command.Stderr = &said
	if err := command.Run(); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return fault.New(fault.Invalid, "The video takes too long to cut on this machine.").WithHint("Cut it in the application.")
		}
		if ctx.Err() != nil {
			return fault.Wrap(fault.Unavailable, ctx.Err(), "cutting a video was stopped")
		}
		words := said.String()
		return fault.Wrap(fault.Invalid, fmt.Errorf("%w: %s", err, words[:min(len(words), complain)]), "The video cannot be read by ffmpeg.").WithHint("Save it as MP4, and attach it again.")
	}
	made, err := os.Stat(to)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "looking at a video")
	}
	if c.MaxBytes > 0 && made.Size() > c.MaxBytes {
		return fault.New(fault.Invalid, "The video cannot be made small enough.").WithHint("Make it shorter.")
	}
	return nil
}

func arguments(from, to string, c Cut) []string {
	look := fmt.Sprintf("crop=%d:%d:%d:%d,scale=%d:%d:flags=lanczos,setsar=1", c.CropWidth, c.CropHeight, c.X, c.Y, c.Width, c.Height)
	if c.Whole {
		look = fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=decrease:flags=lanczos,pad=%d:%d:(ow-iw)/2:(oh-ih)/2,setsar=1", c.Width, c.Height, c.Width, c.Height)
	}
	all := []string{"-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-protocol_whitelist", "file", "-f", "mov", "-i", from,
		"-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-vf", look,
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p", "-threads", "2"}
	if c.Seconds > 0 {
		all = append(all, "-t", strconv.FormatFloat(c.Seconds, 'f', 3, 64))
	}
	if c.MaxBytes > 0 && c.Lasts > 0 {
		// A tenth is left for the sound's waves and the box around it all.
		rate := max(int64(float64(c.MaxBytes)*8*0.9/c.Lasts)-sound, sound)
		all = append(all, "-maxrate", strconv.FormatInt(rate, 10), "-bufsize", strconv.FormatInt(rate, 10))
	}
	return append(all, "-c:a", "aac", "-b:a", strconv.Itoa(sound), "-movflags", "+faststart", "-f", "mp4", to)
}
