"""The officer's screens: who belongs to the organisation, how a device is invited and admitted."""
