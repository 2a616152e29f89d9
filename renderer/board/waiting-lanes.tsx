/** What stands where the lanes will be until the saved queue can be read, and why where that may take a while. */
import { useConnection } from '../bridge/connection.ts';
import { useServices } from '../bridge/services.ts';
import css from './board.module.css';

const LANES = 6;

export const WaitingLanes = () => {
  const { say } = useServices();
  const reason = useConnection()?.reason ?? null;
  return (
    <div className={css.waiting}>
      {reason?.key === 'connection.preparing' && (
        <p className={css.preparing} role="status">
          {say(reason)}
        </p>
      )}
      {Array.from({ length: LANES }, (_, index) => (
        <div key={index} className={css.waitingLane} aria-hidden="true" />
      ))}
    </div>
  );
};
