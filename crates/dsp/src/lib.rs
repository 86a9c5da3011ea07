//! Bricks of sound: filters, transforms, interpolation, envelopes, noise. They have no parameters and no names.
