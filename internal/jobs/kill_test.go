package jobs_test

const childEnv = "KITH_JOBS_CHILD"

func child() {}
