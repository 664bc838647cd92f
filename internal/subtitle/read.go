package subtitle

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kithhq/kith/internal/fault"
)

// Read takes a file apart, as it was saved: SRT or WebVTT, told by its beginning, in
// whatever letters. What is wrong is said with its line.
func Read(data []byte) (File, error) {
	if len(data) > MaxBytes {
		return nil, wrong("The file of subtitles is larger than %d kB.", MaxBytes>>10)
	}
	text, err := decoded(data)
	if err != nil {
		return nil, err
	}
	r := reader{lines: strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")}
	if first := r.lines[0]; first == "WEBVTT" || strings.HasPrefix(first, "WEBVTT ") || strings.HasPrefix(first, "WEBVTT\t") {
		r.vtt = true
		for r.at < len(r.lines) && r.lines[r.at] != "" && !strings.Contains(r.lines[r.at], "-->") {
			r.at++ // what the file says of itself
		}
	}
	for {
		if more, err := r.block(); err != nil {
			return nil, err
		} else if !more {
			break
		}
		if len(r.file) > MaxCues {
			return nil, wrong("There are more than %d subtitles in this file.", MaxCues)
		}
	}
	if len(r.file) == 0 {
		return nil, wrong("There are no subtitles in this file.")
	}
	if len(r.file.Write(VTT)) > MaxBytes {
		return nil, wrong("The file of subtitles is larger than %d kB.", MaxBytes>>10)
	}
	slices.SortStableFunc(r.file, func(a, b Cue) int { return cmp.Compare(a.From, b.From) })
	return r.file, nil
}

func wrong(format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).On("file").WithHint("Save the subtitles as SRT or WebVTT (.srt, .vtt), and try again.")
}

func wrongAt(line int, format string, args ...any) error {
	return fault.New(fault.Invalid, "Line %d: "+format, append([]any{line}, args...)...).On("file").WithHint("Mend this line in the file, and send it again.")
}

type reader struct {
	lines []string
	at    int
	vtt   bool
	file  File
}

// block reads up to the next empty line.
func (r *reader) block() (more bool, err error) {
	for r.at < len(r.lines) && strings.TrimSpace(r.lines[r.at]) == "" {
		r.at++
	}
	if r.at == len(r.lines) {
		return false, nil
	}
	begin := r.at
	for r.at < len(r.lines) && strings.TrimSpace(r.lines[r.at]) != "" {
		r.at++
	}
	block := r.lines[begin:r.at]
	if r.vtt && remark(block[0]) {
		return true, nil
	}
	at := 0
	if !strings.Contains(block[0], "-->") { // its number, or its name
		if at = 1; len(block) == 1 || !strings.Contains(block[1], "-->") {
			return false, wrongAt(begin+1, "Here should be a number or a time, and there is “%.40s”.", block[0])
		}
	}
	cue, err := r.timed(block[at], begin+at+1)
	if err != nil {
		return false, err
	}
	lines := block[at+1:]
	for i, line := range lines {
		if strings.Contains(line, "-->") {
			return false, wrongAt(begin+at+2+i, "A time follows without an empty line before it.")
		}
	}
	if cue.Text = r.tidy(strings.Join(lines, "\n")); len(cue.Text) > maxText {
		return false, wrongAt(cue.line, "This subtitle has more than %d characters.", maxText)
	}
	if cue.Text != "" {
		r.file = append(r.file, cue)
	}
	return true, nil
}

// remark says whether a block of WebVTT is no subtitle.
func remark(first string) bool {
	for _, word := range []string{"NOTE", "STYLE", "REGION"} {
		if rest, ok := strings.CutPrefix(first, word); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			return true
		}
	}
	return false
}

var (
	timing  = regexp.MustCompile(`^\s*(\S+)\s*-->\s*(\S+)(?:\s+(.*))?$`)                                                                     //nolint:gochecknoglobals // compiled once
	moment  = regexp.MustCompile(`^(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})$`)                                                          //nolint:gochecknoglobals // compiled once
	setting = regexp.MustCompile(`^(?:vertical:(?:rl|lr)|align:(?:start|center|end|left|right)|(?:line|position|size):[-0-9.%,a-z]{1,30})$`) //nolint:gochecknoglobals // compiled once
)

// timed reads from when to when a subtitle is shown.
func (r *reader) timed(line string, at int) (Cue, error) {
	m := timing.FindStringSubmatch(line)
	if m == nil {
		return Cue{}, wrongAt(at, "Here should be two times with --> between them, and there is “%.40s”.", line)
	}
	c := Cue{line: at}
	for i, to := range []*time.Duration{&c.From, &c.To} {
		var ok bool
		if *to, ok = instant(m[i+1]); !ok {
			return Cue{}, wrongAt(at, "“%.40s” is no time: it should look like 00:01:02.500.", m[i+1])
		}
	}
	if c.To <= c.From {
		return Cue{}, wrongAt(at, "This subtitle ends before it begins.")
	}
	if r.vtt {
		var kept []string
		for _, s := range strings.Fields(m[3]) {
			if setting.MatchString(s) {
				kept = append(kept, s)
			}
		}
		c.Settings = strings.Join(kept, " ")
	}
	return c, nil
}

func instant(s string) (time.Duration, bool) {
	m := moment.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	var n [4]int
	for i, digits := range m[1:] {
		n[i], _ = strconv.Atoi(digits) // digits alone; "" is none
	}
	for i := len(m[4]); i < 3; i++ { // a tenth is a hundred milliseconds
		n[3] *= 10
	}
	if n[0] > maxHours || n[1] > 59 || n[2] > 59 {
		return 0, false
	}
	return time.Duration(n[0])*time.Hour + time.Duration(n[1])*time.Minute + time.Duration(n[2])*time.Second + time.Duration(n[3])*time.Millisecond, true
}
