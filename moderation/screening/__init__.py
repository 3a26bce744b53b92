"""The screen: reads a text before anybody else does and says what a person should look at. It never decides alone."""
