"""The merged patrol force: teams, beats and the rota."""
