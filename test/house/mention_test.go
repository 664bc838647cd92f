package house

import (
	"slices"
	"testing"
	"time"

	"github.com/kithhq/kith/internal/api"
	"github.com/kithhq/kith/internal/sandbox"
	"github.com/kithhq/kith/test/hand"
)

// Somebody names us on TikTok, in a video and in a comment below it: both come in, the comment
// is answered, and what belongs to our own posts is neither offered nor taken.
func TestAMentionOnTikTokIsHeardAndAnswered(t *testing.T) {
	clocked(t, func(t *testing.T, p *place) {
		p.guest("tiktok")
		hand.Do[api.NetworkApp](t, p.Hand, "PUT", "/network-apps/tiktok", api.KeepApp{AppID: "awtiktokkey", Secret: "tiktok-secret",
			Extra: map[string]string{"business_app_id": "7300000000000000001", "business_app_secret": "business-secret"}})
		hand.Do[api.Channel](t, p.Hand, "POST", "/channels/"+p.channels["tiktok"]+"/check", nil)
		video := p.act(sandbox.Act{Network: "tiktok", Person: "p001", Kind: "mention", Text: "@librairie_hirondelle, une pépite"})
		const asked = "@librairie_hirondelle les a encore ?"
		said := p.act(sandbox.Act{Network: "tiktok", Person: "p002", Kind: "mention", Target: video.ID, Text: asked})
		p.Clock.Advance(5 * time.Hour) // listed mentions are left to webhooks at first, and nothing knocks here
		p.conversation("tiktok", "@librairie_hirondelle, une pépite")
		c := p.conversation("tiktok", asked)
		m := p.message(c.ID, asked)
		if c.Kind != "mention" || !slices.Contains([]string(m.Can), "reply") || slices.Contains([]string(m.Can), "hide") || slices.Contains([]string(m.Can), "like") {
			t.Errorf("%s, can %v", c.Kind, m.Can)
		}
		why := p.refused(p.Hand, 422, "POST", "/messages/"+m.ID+"/hide", nil)
		if why.Detail == "" || why.Hint == "" || p.message(c.ID, asked).State != "visible" {
			t.Errorf("%+v, %s", why, p.message(c.ID, asked).State)
		}
		hand.Do[api.Message](t, p.Hand, "POST", "/conversations/"+c.ID+"/reply", api.Reply{Text: "Oui, trois exemplaires"})
		p.until("the answer is out", func() (bool, any) {
			made := p.written("tiktok", "Oui, trois exemplaires")
			return len(made) == 1 && made[0].Parent == said.ID, made
		})
	})
}
