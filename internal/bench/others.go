package bench

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// others begins to watch how much of this machine is taken by other programs, and
// gives it in per cent when it is asked. What needs every core suffers more from
// them than what needs one. Where the kernel does not tell it is 0.
func others() func() float64 {
	began, busy, own := time.Now(), machine(), ours()
	return func() float64 {
		took := time.Since(began).Seconds() * float64(runtime.NumCPU())
		return max(0, 100*((machine()-busy)-(ours()-own))/took)
	}
}

// machine is how many seconds its cores have been at work: user, nice, system, irq,
// softirq, steal.
func machine() float64 {
	text, _ := os.ReadFile("/proc/stat") // not everywhere
	line, _, _ := strings.Cut(strings.TrimPrefix(string(text), "cpu "), "\n")
	return ticks(line, 0, 1, 2, 5, 6, 7)
}

// ours is how many seconds this process has been at work.
func ours() float64 {
	text, _ := os.ReadFile("/proc/self/stat") // as above
	_, after, _ := strings.Cut(string(text), ") ")
	return ticks(after, 11, 12)
}

// ticks adds fields of a line, in seconds.
func ticks(line string, which ...int) (sum float64) {
	const hertz = 100
	fields := strings.Fields(line)
	for _, i := range which {
		if i < len(fields) {
			n, _ := strconv.ParseFloat(fields[i], 64)
			sum += n / hertz
		}
	}
	return sum
}
