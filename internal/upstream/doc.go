// Package upstream is the pipeline that every vendor call takes: build, sign,
// send, bound, classify. It knows how calls fail and what a failure means for
// the caller, and nothing of what the calls are about.
package upstream
