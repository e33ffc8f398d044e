//go:build race

package route

const raceDetector = true
