package main

import (
	"fmt"

	"tiendo/dashboards"
)

// readWalls reads the setting walls.
func readWalls(texts []string) ([]dashboards.Wall, error) {
	var walls []dashboards.Wall
	for _, text := range texts {
		wall, err := dashboards.ReadWall(text)
		if err != nil {
			return nil, misuse(fmt.Errorf("walls: %w", err))
		}
		for _, other := range walls {
			if other.Name == wall.Name {
				return nil, misuse(fmt.Errorf("walls: two are called %s; give one another name", wall.Name))
			}
		}
		walls = append(walls, wall)
	}
	return walls, nil
}
