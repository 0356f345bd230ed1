/** How loud a state is. */
export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet'
