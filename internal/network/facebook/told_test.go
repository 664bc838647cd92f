package facebook_test

import (
	"fmt"

	"github.com/kithhq/kith/internal/network/networktest"
)

// told are webhooks of one Page: somebody comments, changes it, is hidden and shown,
// takes it back, and writes in private.
func told() [][]byte {
	bodies := []string{
		`"time":1782000000,"changes":[` + said(1, "Bonjour", "add") + `]`,
		`"time":1782000010,"changes":[` + said(1, "Bonjour again", "edited") + `]`,
		`"time":1782000020,"changes":[` + said(1, "", "hide") + `]`,
		`"time":1782000030,"changes":[` + said(1, "", "unhide") + `]`,
		`"time":1782000040,"changes":[{"field":"feed","value":{"from":{"id":"7002","name":"Al"},"post_id":"100_122","created_time":1782000040,"item":"reaction","parent_id":"100_122","reaction_type":"love","verb":"add"}}]`,
		`"time":1782000050,"changes":[` + said(1, "", "remove") + `]`,
		`"time":1782000052,"changes":[{"field":"mention","value":{"message":"Bonjour the Page","post_id":"7005_133","created_time":1782000051,"item":"post","verb":"add"}}]`,
		`"time":1782000055,"changes":[{"field":"mention","value":{"post_id":"7005_133","created_time":1782000051,"item":"post","verb":"remove"}}]`,
		`"time":1782000056,"changes":[{"field":"mention","value":{"message":"Ask the Page","post_id":"7005_144","comment_id":"144_91","created_time":1782000055,"item":"comment","verb":"add"}}]`,
		`"time":1782000057,"changes":[{"field":"mention","value":{"message":"Ask the Page, they know","post_id":"7005_144","comment_id":"144_91","created_time":1782000055,"item":"comment","verb":"edited"}}]`,
		`"time":1782000058,"changes":[{"field":"mention","value":{"post_id":"7005_144","comment_id":"144_91","created_time":1782000055,"item":"comment","verb":"remove"}}]`,
		`"time":1782000060000,"messaging":[` + wrote(5) + `]`,
	}
	all := make([][]byte, len(bodies))
	for i, b := range bodies {
		all[i] = fmt.Appendf(nil, `{"object":"page","entry":[{"id":"100",%s}]}`, b)
	}
	return all
}

func said(i int, text, verb string) string {
	return fmt.Sprintf(`{"field":"feed","value":{"from":{"id":"70%d","name":"Zoé"},"message":"%s","post_id":"100_122","comment_id":"122_9%d","created_time":1781999990,"item":"comment","parent_id":"100_122","verb":"%s"}}`, i, text, i, verb)
}

func wrote(i int) string {
	return fmt.Sprintf(`{"sender":{"id":"80%d"},"recipient":{"id":"100"},"timestamp":1782000060123,"message":{"mid":"m_%d","text":"Bonjour"}}`, i, i)
}

// crowd is what n people said: below a post, and every fourth in private.
func crowd(n int) []byte {
	comments := n - n/4
	return fmt.Appendf(nil, `{"object":"page","entry":[{"id":"100","time":1782000000,"changes":[%s],"messaging":[%s]}]}`,
		networktest.Joined(comments, func(i int) string { return said(i, "Bonjour", "add") }), networktest.Joined(n-comments, wrote))
}
