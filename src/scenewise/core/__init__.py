"""The words everyone uses: time, pictures and sound, the script, ports, errors, options."""
