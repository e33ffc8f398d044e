//go:build !race

package understand_test

const raceDetector = false
