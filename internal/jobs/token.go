package jobs

// Token is the fence of this try: it grows with every claim of the lane, so what
// a former holder wrote under its own can be told apart.
func (j *Job) Token() int64 { return j.token }
