package tiktok_test

import "fmt"

// told are webhooks of one account: two posts can be seen by everybody.
func told() [][]byte {
	one := func(post int) []byte {
		return fmt.Appendf(nil, `{"client_key":"awtiktokkey","event":"post.publish.publicly_available","create_time":1763900000,"user_openid":"-0001","content":"{\"publish_id\":\"v_pub_file~v2-1.7\",\"post_id\":%d,\"publish_type\":\"DIRECT_PUBLISH\"}"}`, post)
	}
	return [][]byte{one(7412345678901234567), one(7412345678901234568)}
}
