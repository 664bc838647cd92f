package browser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kithhq/kith/internal/rehearse"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// A video gets subtitles in the composer: a file that is wrong is said to be with its line,
// the language is guessed and can be chosen, the player shows them, each network says what
// it makes of them, and what became of them stands at the post. In French, on a phone and
// in the dark too.
func TestAVideoGetsSubtitles(t *testing.T) {
	t.Parallel()
	h := open(t, true)
	p := tab(t, browse(t), h)
	w := read(t, "en")
	say := func(key string, params ...string) string { t.Helper(); return w.say(t, key, params...) }
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	choose := func(path string) {
		t.Helper()
		p.do(chromedp.SetUploadFiles(chromedp.CSS("section[aria-label="+quoted(say("subs.title"))+"] input[type=file]"), []string{path}, chromedp.NodeReady))
	}
	h.wrote(samples, sandbox.Filter{Action: sandbox.Publish}) // the sample is out
	p.enter(rehearse.Keeper)
	p.open("/publish/new")
	p.press("check", "…hirondelle.bsky.test")
	p.press("check", "…hirondelle@mastodon.test")
	const words = "Five minutes behind the counter."
	p.fill(say("compose.text"), words)
	p.do(chromedp.SetUploadFiles(chromedp.CSS("main input[type=file]"), []string{file("counter.mp4", string(hand.Film(30, 1280, 720, 200_000)))}, chromedp.NodeReady))
	p.see(say("subs.add"))

	choose(file("counter.fr.srt", "1\n00:00:01,000 --> 00:00:02,5000\nBonjour\n"))
	p.see(w.say(t, "subs.lang"))
	p.see("French")
	p.shot("subtitles-language")
	p.press("button", say("subs.put"))
	p.see("Line 2:")
	choose(file("counter.fr.srt", "1\n00:00:01,000 --> 00:00:02,500\nBonjour & bienvenue\n\n2\n00:00:03,000 --> 00:00:04,000\nVoici <i>les nouveautés</i>\n"))
	p.press("button", say("subs.put"))
	p.until("they are there", "document.querySelector('section[aria-label="+say("subs.title")+"] li')?.innerText.includes('French')")
	p.see("This network takes no subtitle files.")
	p.press("button", say("subs.preview"))
	p.until("the player knows them", "document.querySelector('[role=dialog] track')?.track?.cues?.length === 2 && document.querySelector('[role=dialog] track').track.cues[0].text === 'Bonjour &amp; bienvenue'")
	p.shot("subtitles-player")
	p.press("button", say("dialog.close"))
	for _, theme := range []string{"light", "dark"} {
		p.theme(theme)
		p.size(360, 740)
		if wide := p.wider(); len(wide) > 0 {
			t.Errorf("%s, on a phone: %v", theme, wide)
		}
	}
	p.shot("subtitles-phone")
	p.size(1280, 900)
	p.theme("light")
	p.see(say("compose.saved"))
	p.press("button", say("compose.now"))
	p.see(say("subs.there", "langs", "French"))
	p.see(say("subs.without", "langs", "French"))
	p.shot("subtitles-became")
	h.wrote(2, sandbox.Filter{Action: sandbox.Publish, Text: words})
	p.clean("favicon", "subtitles") // the file that was wrong
}
