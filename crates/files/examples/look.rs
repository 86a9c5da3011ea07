use acetate_model::Source;
fn main() {
    for p in std::env::args().skip(1) {
        match acetate_files::open(&p) {
            Err(e) => println!("ERR {e}"),
            Ok(mut r) => {
                let mut a = acetate_model::Audio::default();
                let f = r.frames();
                loop {
                    match r.read(&mut a, 4096) {
                        Ok(n) if n > 0 => {}
                        Ok(_) => break,
                        Err(e) => {
                            println!("READ ERR {e}");
                            break;
                        }
                    }
                }
                let i = r.info();
                println!(
                    "{} | {} {} {}ch {:?} {} (told {:?}) {:?}",
                    i.path.rsplit('/').next().unwrap(),
                    i.coding,
                    i.rate_hz,
                    i.channels,
                    i.bits,
                    i.frames,
                    f,
                    i.notes
                );
            }
        }
    }
}
