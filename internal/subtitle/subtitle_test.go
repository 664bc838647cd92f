package subtitle_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/fault"
	"github.com/kithhq/kith/internal/subtitle"
)

const srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}Été & <i>hiver</i>\r\n<font color=\"red\">deux</font>\r\n\r\n\r\n2\r\n00:00:03,5 --> 00:00:04,000 X1:1\r\n5 < 6 <3\r\n"

const asVTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nÉté &amp; <i>hiver</i>\ndeux\n\n00:00:03.500 --> 00:00:04.000\n5 &lt; 6 &lt;3\n"

func TestAnSRTFileBecomesWebVTT(t *testing.T) {
	for name, data := range map[string][]byte{
		"UTF-8":           []byte(srt),
		"with its mark":   append([]byte("\xef\xbb\xbf"), srt...),
		"Latin-1":         latin(srt),
		"UTF-16, little":  wide(srt, false),
		"UTF-16, big":     wide(srt, true),
		"lines of a Mac":  []byte(strings.ReplaceAll(srt, "\r\n", "\r")),
		"without a 2":     []byte(strings.Replace(srt, "\r\n2\r\n", "\r\n", 1)),
		"its own WebVTT":  []byte(asVTT),
		"WebVTT and more": []byte(strings.Replace(asVTT, "\n\n", " - a title\nKind: captions\n\nNOTE\nnobody sees this\n\nSTYLE\n::cue { color: red }\n\nhere it begins\n", 1)),
		"another order":   []byte("00:03.500 --> 00:04.000\n5 < 6 <3\n\n00:00:01,000 --> 00:00:02,500\nÉté & <i>hiver\ndeux"),
	} {
		f, err := subtitle.Read(data)
		want := asVTT
		if name == "another order" {
			want = strings.Replace(strings.Replace(want, "hiver</i>", "hiver", 1), "deux", "deux</i>", 1)
		}
		if got := f.Write(subtitle.VTT); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func latin(s string) []byte {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r))
	}
	return b
}

func wide(s string, big bool) []byte {
	b := []byte{0xff, 0xfe}
	if big {
		b = []byte{0xfe, 0xff}
	}
	for _, r := range s {
		if big {
			b = append(b, byte(r>>8), byte(r))
		} else {
			b = append(b, byte(r), byte(r>>8))
		}
	}
	return b
}

func TestWebVTTBecomesSRT(t *testing.T) {
	f, err := subtitle.Read([]byte("WEBVTT\n\nid\n00:01.000 --> 100:00.000 line:0 align:start region:top\n<v.loud Zoé &amp; Léa>Bon<c.red>jour</c></v>, <b>toi</b> &lt;3\n--&gt; là\n\n"))
	if f != nil && f[0].To != 100*time.Minute {
		t.Log("minutes have two digits")
	}
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("a hundred minutes: %v", err)
	}
	f, err = subtitle.Read([]byte("WEBVTT\n\nid\n00:01.000 --> 01:40:00.000 line:0 align:start region:top\n<v.loud Zoé &amp; Léa>Bon<c.red>jour</c></v>, <b>toi</b> &lt;3\n--&gt; là\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Write(subtitle.SRT), "1\n00:00:01,000 --> 01:40:00,000\nZoé & Léa: Bonjour, <b>toi</b> <3\n-> là\n"; got != want {
		t.Errorf("%q", got)
	}
	if got, want := f.Write(subtitle.VTT), "WEBVTT\n\n00:00:01.000 --> 01:40:00.000 line:0 align:start\n<v Zoé &amp; Léa>Bonjour</v>, <b>toi</b> &lt;3\n--&gt; là\n"; got != want {
		t.Errorf("%q", got)
	}
}

// What only looks like a tag is words, in a format that has no other way to write them.
func TestWordsThatLookLikeTagsStay(t *testing.T) {
	for text, want := range map[string]string{
		"&lt;b&gt; is bold":               "< b> is bold",
		"&lt;v bi<x>.y</b></v>&#1--&gt;":  "< v bi.y&#1->",
		"I <b>&lt;3</b> it, 5 &lt; 6":     "I <b><3</b> it, 5 < 6",
		`{\an8}`:                          `{ \an8}`,
		"<v Zoé>a &lt;<i>b</i>&gt; b</v>": "Zoé: a <<i>b</i>> b",
	} {
		f, err := subtitle.Read([]byte("WEBVTT\n\n00:01.000 --> 00:02.000\n" + text + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		written := f.Write(subtitle.SRT)
		if got := strings.TrimPrefix(written, "1\n00:00:01,000 --> 00:00:02,000\n"); got != want+"\n" {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
		if again, err := subtitle.Read([]byte(written)); err != nil || len(again) != 1 {
			t.Errorf("%s: %v of %q", text, err, written)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsLine(t *testing.T) {
	for data, want := range map[string]string{
		"":                                      "There are no subtitles in this file.",
		"WEBVTT\n":                              "There are no subtitles in this file.",
		"\x00\x01":                              "This file is no text.",
		"Hello":                                 "Line 1: Here should be a number or a time, and there is “Hello”.",
		"1\n00:01,000 --> 00:02,000\na\n\nb\nc": "Line 5: Here should be a number or a time, and there is “b”.",
		"1\n00:01,000 --> 00:02:61,000\na":      "Line 2: “00:02:61,000” is no time: it should look like 00:01:02.500.",
		"1\n00:01,000 -->\na":                   "Line 2: Here should be two times with --> between them, and there is “00:01,000 -->”.",
		"\n\n1\n00:02,000 --> 00:01,000\na":     "Line 4: This subtitle ends before it begins.",
		"1\n00:01,000 --> 00:02,000\na\n2\n00:03,000 --> 00:04,000\nb": "Line 5: A time follows without an empty line before it.",
		"1\n00:01,000 --> 00:02,000\n" + strings.Repeat("a", 2001):     "Line 2: This subtitle has more than 2000 characters.",
		strings.Repeat("a", subtitle.MaxBytes+1):                       "The file of subtitles is larger than 1024 kB.",
		strings.Repeat("00:01,000 --> 00:02,000\na\n\n", 20_001):       "There are more than 20000 subtitles in this file.",
	} {
		_, err := subtitle.Read([]byte(data))
		if text, hint := fault.Shown(err); text != want || hint == "" {
			t.Errorf("%.40q: %s (%s)", data, text, hint)
		}
	}
}

func TestLanguagesHaveOneForm(t *testing.T) {
	for tag, want := range map[string]string{"fr": "fr", "FR-ca": "fr-CA", "pt_BR": "pt-BR", "zh-hant": "zh-Hant", "sr-Latn-RS": "sr-Latn-RS",
		"": "", "und": "", "x": "", "français": "", "fr-": "", "zz-ZZ": "", "x-secret": "", "und-FR": "", strings.Repeat("en-", 20) + "a": ""} {
		got, err := subtitle.Lang(tag)
		if got != want || (want == "") != fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %s, %v", tag, got, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{srt, asVTT, "WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<v A&B><b>x<i>y</b></v>&#x2028;&#13;&nbsp;--&gt;<c>", "00:01.0-->00:02.0\n<v  >\n<v a>b<v c>d",
		"WEBVTT\n\n00:01.000 --> 00:02.000 line:0\n<v bi<x>.y</b></v>&#x2028;&#1--&gt;<c>", string(wide(srt, true))} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := subtitle.Read(data)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		written := first.Write(subtitle.VTT)
		again, err := subtitle.Read([]byte(written))
		if err != nil || again.Write(subtitle.VTT) != written {
			t.Fatalf("%v: %q became %q", err, written, again.Write(subtitle.VTT))
		}
		if bytes.Contains([]byte(written), []byte("\r")) {
			t.Fatal("a line of another kind")
		}
		simple, err := subtitle.Read([]byte(first.Write(subtitle.SRT)))
		if err != nil || len(simple) > len(first) {
			t.Fatalf("%v: %d became %d, %q", err, len(first), len(simple), first.Write(subtitle.SRT))
		}
	})
}
