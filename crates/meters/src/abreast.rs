use std::collections::VecDeque;

/// What was heard of stems that are read one after the other, until all of them have reached it.
pub struct Abreast<T>(Vec<VecDeque<(u64, T)>>);

impl<T> Abreast<T> {
    pub fn new(stems: usize) -> Self {
        Self((0..stems).map(|_| VecDeque::new()).collect())
    }

    /// What a stem holds at a moment; moments come in their order.
    pub fn put(&mut self, stem: usize, at: u64, held: T) {
        self.0[stem].push_back((at, held));
    }

    /// Hands over what all stems have reached, moment by moment; a stem that is silent or has ended holds nothing.
    pub fn settle(&mut self, reached: u64, mut each: impl FnMut(Vec<Option<T>>)) {
        loop {
            let next = self.0.iter().filter_map(|of| of.front().map(|(at, _)| *at)).min();
            let Some(now) = next.filter(|at| *at < reached) else { return };
            let here =
                |of: &mut VecDeque<(u64, T)>| of.pop_front_if(|(at, _)| *at == now).map(|(_, held)| held);
            each(self.0.iter_mut().map(here).collect());
        }
    }
}
