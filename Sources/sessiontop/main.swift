print("sessiontop")
